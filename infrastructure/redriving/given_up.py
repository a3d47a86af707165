"""What a message of the dead-letter queue says: where the records are, which were given up."""

from __future__ import annotations

import dataclasses
import json


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A range of one shard. With several lanes a shard it holds records of others, too."""

    stream_arn: str
    shard_id: str
    first: int  # sequence numbers, both inclusive
    last: int
    condition: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.shard_id} {self.first}..{self.last} ({self.condition})"


def given_up(body: str) -> GivenUp:
    """Return what Lambda sent to an on-failure destination."""
    message = json.loads(body)
    batch = message["KinesisBatchInfo"]
    return GivenUp(
        stream_arn=batch["streamArn"],
        shard_id=batch["shardId"],
        first=int(batch["startSequenceNumber"]),
        last=int(batch["endSequenceNumber"]),
        condition=message["requestContext"]["condition"],
    )
