"""Keys on their way out: KMS deletes none sooner than seven days after it was asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain


def keys(made: Sequence[Made], clients: Clients) -> Iterator[Remain]:
    """Return the keys that wait for their end, which nobody can hasten and nobody pays for."""
    for one in of_type(made, "AWS::KMS::Key"):
        if one.alive:
            continue
        kms = clients("kms", one.region)
        try:
            key = kms.describe_key(KeyId=one.physical_id)["KeyMetadata"]
        except kms.exceptions.NotFoundException:
            continue
        if key["KeyState"] == "PendingDeletion":
            why = f"KMS deletes it on {key['DeletionDate']:%Y-%m-%d}"
            yield Remain(
                kind=Kind.KEYS, name=one.physical_id, region=one.region, remove=None, why=why
            )
