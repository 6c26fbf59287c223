"""Conventions about who of other accounts and places may assume roles."""
