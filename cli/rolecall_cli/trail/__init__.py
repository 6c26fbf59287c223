"""The trail turns calls to the emulator into CloudTrail records on its EventBridge.

It runs inside the emulator's own process and environment, so it imports nothing but the standard
library, botocore and the emulator itself.
"""

ATTACHED = "ROLECALL_ATTACHED"
"""The variable that names the emulator's folder when it must not outlive who started it."""
