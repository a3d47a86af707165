"""Secrets that wait to be deleted: their names are taken until then."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain


def secrets(made: Sequence[Made], clients: Clients) -> Iterator[Remain]:
    """Return them; the key of the pseudonyms may be one, without which no backup can be read."""
    for one in of_type(made, "AWS::SecretsManager::Secret"):
        manager = clients("secretsmanager", one.region)
        try:
            secret = manager.describe_secret(SecretId=one.physical_id)
        except manager.exceptions.ResourceNotFoundException:
            continue
        if "DeletedDate" in secret:
            remove = functools.partial(
                manager.delete_secret,
                SecretId=one.physical_id,
                ForceDeleteWithoutRecovery=True,
            )
            yield Remain(kind=Kind.SECRETS, name=one.physical_id, region=one.region, remove=remove)
