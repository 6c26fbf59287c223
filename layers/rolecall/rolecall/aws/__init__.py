"""Adapters to AWS. boto3's own names appear only here."""
