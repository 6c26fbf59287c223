"""The tests. They mirror the package; the laws of the conventions are in test_laws.py."""
