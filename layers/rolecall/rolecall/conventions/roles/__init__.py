"""Conventions about roles and their trust."""
