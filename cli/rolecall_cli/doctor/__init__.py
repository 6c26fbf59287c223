"""`rolecall doctor`: whether a deployed stack is in order."""
