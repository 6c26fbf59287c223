"""Command lines about sessions that the advice of several conventions names."""

from shlex import quote

from rolecall.model.subjects import SubjectRef

_POLICY = "RevokeOlderSessions"


def past_command(key: str) -> str:
    """The command that shows what was done with an access key."""
    return (
        "See what the session did, in each Region: aws cloudtrail lookup-events "
        f"--lookup-attributes AttributeKey=AccessKeyId,AttributeValue={quote(key)}"
    )


def revoke_command(of: SubjectRef) -> str:
    """The command that ends the sessions of a user or role that were begun before now."""
    return (
        f"aws iam put-{of.kind}-policy --{of.kind}-name {quote(of.name)} --policy-name {_POLICY} "
        '--policy-document \'{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", '
        '"Action": "*", "Resource": "*", "Condition": {"DateLessThan": '
        '{"aws:TokenIssueTime": "\'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"\'"}}}]}\''
    )


def unrevoke_command(of: SubjectRef) -> str:
    """The command that takes away what `revoke_command` put there."""
    return (
        f"aws iam delete-{of.kind}-policy --{of.kind}-name {quote(of.name)} --policy-name {_POLICY}"
    )
