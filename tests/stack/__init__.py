"""The built template, deployed by the real sam to the embedded account."""
