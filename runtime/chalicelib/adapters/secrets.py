"""Secrets of the account, read from Secrets Manager when they are needed, and never logged."""

from __future__ import annotations

from chalicelib.domain.errors import UnavailableError


def read(secret_arn: str) -> str:
    """Return a secret's present text; raise UnavailableError when it cannot be had now."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 3})
    client = boto3.client("secretsmanager", config=config)
    try:
        text: str = client.get_secret_value(SecretId=secret_arn)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(f"Secrets Manager did not answer: {error}") from error
    return text
