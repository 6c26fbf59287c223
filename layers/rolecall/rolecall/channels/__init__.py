"""Adapters to the places where people and machines hear of cases."""
