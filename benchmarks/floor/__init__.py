"""The floor: bare boto3 handlers that make the same AWS calls for the same event, and nothing else."""
