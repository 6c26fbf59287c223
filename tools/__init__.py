"""Generators, for developers only."""
