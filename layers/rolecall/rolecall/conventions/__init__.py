"""The conventions, one file each, by family. They know nothing of each other."""
