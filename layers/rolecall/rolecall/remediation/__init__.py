"""From a case to its end: re-judged, written down, put right, verified, told; and taken back."""
