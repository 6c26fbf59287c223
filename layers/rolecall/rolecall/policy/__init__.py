"""Reasoning over IAM policy and trust documents, from their text alone."""
