"""What the lists of a whole account say, by the kind of subject that they list."""
