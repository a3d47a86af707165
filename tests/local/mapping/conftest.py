"""A stream to map, and a handler that remembers what it was given."""

from __future__ import annotations

import base64
import collections
import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from local.mapping import EventSourceMapping, MappingSettings
from tests.local.kinesalite import kinesalite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_number = itertools.count()


class Stream:
    """A stream of its own for each test."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def put(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Put records of (partition key, data), in order."""
        for start in range(0, len(pairs), 500):
            records = [
                {"PartitionKey": key, "Data": data.encode()}
                for key, data in pairs[start : start + 500]
            ]
            answer = self.client.put_records(StreamName=self.name, Records=records)
            assert answer["FailedRecordCount"] == 0

    def shards(self) -> list[dict[str, Any]]:
        """Return its shards, closed ones as well."""
        return self.client.list_shards(StreamName=self.name)["Shards"]

    def wait_until_active(self) -> None:
        """Wait for the end of a change."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            answer = self.client.describe_stream_summary(StreamName=self.name)
            if answer["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE":
                return
            time.sleep(0.01)
        raise TimeoutError(self.name)

    def data_by_shard(self) -> dict[str, list[str]]:
        """Return what each shard holds, in its order; a read's worth."""
        where = {}
        for shard in self.shards():
            iterator = self.client.get_shard_iterator(
                StreamName=self.name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            records = self.client.get_records(ShardIterator=iterator)["Records"]
            where[shard["ShardId"]] = [record["Data"].decode() for record in records]
        return where


def wait_until(condition: Callable[[], Any], timeout_s: float = 20.0) -> None:
    """Wait until a condition holds; fail when it never does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(0.01)


def pairs_of(count: int, keys: int = 20) -> list[tuple[str, str]]:
    """Return numbered records, dealt out over keys."""
    return [(f"key-{i % keys}", f"{i:05d}") for i in range(count)]


class Handler:
    """Remembers batches and records; fails as it is told to."""

    def __init__(self, answer: Callable[[list[str]], Any] = lambda _: None) -> None:
        self.batches: list[list[str]] = []
        self.done: list[str] = []  # of invocations that did not raise
        self.by_key: dict[str, list[str]] = collections.defaultdict(list)
        self.shard_of: dict[str, str] = {}
        self._answer = answer
        self._lock = threading.Lock()

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        """Take one batch."""
        rows = [
            (each["kinesis"]["partitionKey"], base64.b64decode(each["kinesis"]["data"]).decode())
            for each in event["Records"]
        ]
        shards = {each["eventID"].split(":")[0] for each in event["Records"]}
        assert len(shards) == 1, "never two shards in one batch"
        with self._lock:
            self.batches.append([data for _, data in rows])
        answer = self._answer([data for _, data in rows])
        with self._lock:
            self.done += [data for _, data in rows]
            for key, data in rows:
                self.by_key[key].append(data)
                self.shard_of[data] = shards.copy().pop()
        if callable(answer):  # it names records by their data
            return answer(
                {
                    row[1]: each["kinesis"]["sequenceNumber"]
                    for row, each in zip(rows, event["Records"], strict=True)
                }
            )
        return answer


@pytest.fixture(scope="session")
def kinesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One kinesalite for all tests of a worker."""
    with kinesalite(tmp_path_factory.mktemp("kinesalite") / "log") as client:
        yield client


@pytest.fixture
def make_stream(kinesis: Any) -> Iterator[Callable[[int], Stream]]:
    """Make streams with so many shards."""
    made: list[Stream] = []

    def make(shards: int) -> Stream:
        stream = Stream(kinesis, f"stream-{next(_number)}")
        kinesis.create_stream(StreamName=stream.name, ShardCount=shards)
        stream.wait_until_active()
        made.append(stream)
        return stream

    yield make
    for stream in made:
        kinesis.delete_stream(StreamName=stream.name)


@pytest.fixture
def mapped() -> Iterator[Callable[..., EventSourceMapping]]:
    """Start mappings, and stop them after the test within two seconds."""
    started: list[EventSourceMapping] = []

    def start(
        stream: Stream,
        handler: Any,
        *,
        checkpoints: Any = None,
        client: Any = None,
        on_failure: Any = None,
        **settings: Any,
    ) -> EventSourceMapping:
        mapping = EventSourceMapping(
            client or stream.client,
            stream.name,
            handler,
            MappingSettings(**settings),
            checkpoints,
            on_failure=on_failure,
        )
        started.append(mapping)
        return mapping.start()

    yield start
    for mapping in started:
        assert mapping.stop(), "a thread outlived stop()"
        assert mapping.errors() == []
