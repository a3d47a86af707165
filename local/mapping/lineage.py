"""The shards of a stream and their lineage: a child's turn comes after its parents have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.mapping.checkpoints import ENDED, LATEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.mapping.checkpoints import Checkpoints

Shard = dict[str, Any]


def list_shards(client: Any, stream_name: str) -> list[Shard]:
    """Return every shard that the stream still knows, closed ones as well."""
    shards: list[Shard] = []
    page: dict[str, Any] = {"StreamName": stream_name}
    while True:
        answer = client.list_shards(**page)
        shards += answer["Shards"]
        if not answer.get("NextToken"):
            return shards
        page = {"NextToken": answer["NextToken"]}


def due(shards: Iterable[Shard], done: dict[str, str | None]) -> tuple[list[str], list[str]]:
    """Return the ids of the shards whose turn it is, and of those that wait for their parents.

    `done` holds each shard's checkpoint. A parent that the stream has forgotten holds nobody up.
    """
    ready: list[str] = []
    waiting: list[str] = []
    for shard in shards:
        shard_id = shard["ShardId"]
        if done[shard_id] == ENDED:
            continue
        held = any(done[parent] != ENDED for parent in _parents(shard) if parent in done)
        (waiting if held else ready).append(shard_id)
    return ready, waiting


def begin_at_latest(shards: Iterable[Shard], stream: str, checkpoints: Checkpoints) -> None:
    """Pass over what is there when the mapping is made; shards that come later are read whole."""
    for shard in shards:
        closed = "EndingSequenceNumber" in shard["SequenceNumberRange"]
        checkpoints.put(stream, shard["ShardId"], ENDED if closed else LATEST)


def _parents(shard: Shard) -> set[str]:
    return {shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if shard.get(name)}
