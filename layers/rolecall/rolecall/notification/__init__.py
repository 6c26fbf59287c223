"""From a case to people: what a message says, and who was told already."""
