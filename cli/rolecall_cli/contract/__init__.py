"""`rolecall doctor --contract`: what only a real AWS account can prove."""
