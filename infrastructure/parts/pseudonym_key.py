"""The institution's key for pseudonyms: made once, by Secrets Manager, and seen by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager

from infrastructure.names import named

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct


def pseudonym_key(scope: Construct, *, suffix: str, key: kms.IKey) -> secretsmanager.Secret:
    """Return the secret with a new key; 64 letters and digits are more than 256 bits.

    It is never rotated: with another key the same student would become somebody else.
    """
    return secretsmanager.Secret(
        scope,
        "PseudonymKey",
        secret_name=named("pseudonym-key", suffix),
        description="Turns an institution's student ids into pseudonyms. Never rotate it.",
        encryption_key=key,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=64, exclude_punctuation=True
        ),
        removal_policy=RemovalPolicy.DESTROY,
    )
