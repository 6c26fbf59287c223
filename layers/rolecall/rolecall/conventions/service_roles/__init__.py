"""Conventions about roles that AWS services carry."""
