"""An AWS account in a child process: started, used and stopped on this machine alone."""
