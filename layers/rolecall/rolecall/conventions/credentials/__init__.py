"""Conventions about long-term credentials and root."""
