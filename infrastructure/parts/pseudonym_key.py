"""The institution's key for pseudonyms: made once, by Secrets Manager, and seen by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager

from infrastructure.names import named

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from infrastructure.stacks.recovery import RecoveryRegionStack


def pseudonym_key(
    scope: Construct, *, suffix: str, key: kms.IKey, recovery: RecoveryRegionStack | None
) -> secretsmanager.Secret:
    """Return the secret with a new key; 64 letters and digits are more than 256 bits.

    It is never rotated: with another key the same student would become somebody else. So it is in
    the second region as well, without which the backups there could not be carried on with.
    """
    there = secretsmanager.ReplicaRegion
    replicas = [there(region=recovery.region, encryption_key=recovery.key)] if recovery else None
    return secretsmanager.Secret(
        scope,
        "PseudonymKey",
        secret_name=named("pseudonym-key", suffix),
        description="Turns an institution's student ids into pseudonyms. Never rotate it.",
        encryption_key=key,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=64, exclude_punctuation=True
        ),
        replica_regions=replicas,
        removal_policy=RemovalPolicy.DESTROY,
    )
