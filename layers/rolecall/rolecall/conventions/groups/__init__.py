"""Conventions about user groups and what users get through them."""
