"""The API in process, on a real database, with the consumer beside it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from chalice.test import HTTPResponse

import app as front
from chalicelib import bootstrap
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.store import PostgresStore
from chalicelib.consumer import Consumer
from chalicelib.domain.identity import pseudonym
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from chalicelib.services.sweep import sweep
from chalicelib.settings import Settings
from local.identity import named
from tests.builders import Clock, lambda_event, record
from tests.rosters import holds, put_roster
from tests.signed_in import ISSUED, SignedIn, token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chalicelib.domain.wire import Event
    from tests.conftest import TestDatabase


def pytest_itemcollected(item: Any) -> None:
    """Give each fuzzed operation a node id of its own.

    Under pytest 9.2 schemathesis' tests of all operations have the same one, and xdist runs one
    test for each id.
    """
    if operation := getattr(item, "operation_label", None):
        item._id = item._id.with_params(operation)


# Who asks unless a test wants it otherwise may do everything; test_access.py parts the roles.
EVERYTHING = [
    holds(who, role)
    for who in ("administrator", "grace")
    for role in ("administrator", "privacy_officer", "registrar")
]
KEY = b"a key of thirty-two bytes, or so"


@dataclasses.dataclass
class Stream:
    """A stream that takes everything, until `down` says what it answers instead."""

    down: str = ""
    records: list[tuple[str, bytes]] = dataclasses.field(default_factory=list)

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        self.records += records
        return [True] * len(records)

    def health(self) -> str:
        if self.down:
            raise ConnectionError(self.down)
        return "ACTIVE"


@dataclasses.dataclass
class Api:
    """The routes on one database, as a test wants to ask them."""

    client: SignedIn  # as one who holds every role
    clock: Clock
    stream: Stream
    store: PostgresStore
    ingest: Database

    def as_(self, name: str, **claims: Any) -> Api:
        """Return the same API as somebody ready-made asks it; as nobody for ''."""
        signed_in = token(named(name), **claims) if name else ""
        return dataclasses.replace(self, client=SignedIn(front.app, signed_in))

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        """Return the status and the JSON of an answer."""
        asked = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        return _read(self.client.http.get(asked))

    def found(self, path: str, **query: Any) -> Any:
        """Return the JSON of an answer that must be 200."""
        status, body = self.get(path, **query)
        assert status == 200, body
        return body

    def put(self, path: str, body: Any) -> tuple[int, Any]:
        return _read(self.client.http.put(path, headers=_JSON, body=json.dumps(body).encode()))

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        return _read(self.client.http.post(path, headers=_JSON, body=json.dumps(body).encode()))

    def pages(self, path: str, **query: Any) -> Iterator[list[Any]]:
        """Give a list page by page, to its end."""
        cursor: dict[str, str] = {}
        while True:
            page = self.found(path, **query, **cursor)
            yield page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def consume(self, *events: Event) -> None:
        """Bring events into the store as the stream's handler does."""
        judge = Judge(HIGHER_EDUCATION, context_ttl_s=0)
        consumer = Consumer(store=self.store, judge=judge, clock=self.clock)
        assert consumer.consume(lambda_event(record(list(events)))) == {"batchItemFailures": []}

    def sweep(self) -> None:
        sweep(store=self.store, judge=Judge(HIGHER_EDUCATION), clock=self.clock)

    def execute(self, statement: str, *values: Any) -> None:
        with self.ingest.transaction() as cursor:
            cursor.execute(statement, values)


@pytest.fixture
def api(database: Any, tmp_path: Path) -> Iterator[Api]:
    with served(database, tmp_path) as api:
        yield api


@contextlib.contextmanager
def served(database: TestDatabase, folder: Path) -> Iterator[Api]:
    """Serve the routes on a database, with their files in a folder."""
    key = folder / "key"
    key.write_bytes(KEY)
    names = folder / "names"
    names.write_text("5e" * 32)
    settings = Settings(
        database_conninfo=database.dsn("api"),
        privacy_conninfo=database.dsn("privacy"),
        pseudonym_key_file=str(key),
        person_key_file=str(names),
        erasure_list=str(folder / "erasures"),
        requests_per_s=0,
        machine_requests_per_s=0,
        **ISSUED.settings,
    )
    put_roster(database, *EVERYTHING)
    clock, stream, ingest = Clock(), Stream(), Database(database.dsn("ingest"))
    built = bootstrap.build(settings)
    with bootstrap.using(dataclasses.replace(built, clock=clock, stream=stream, keys=ISSUED)):
        yield Api(SignedIn(front.app), clock, stream, PostgresStore(ingest), ingest)
    ingest.close()


def student_of(student_id: str) -> str:
    """Return the pseudonym under this API's key."""
    return pseudonym(student_id, KEY)


_JSON = {"Content-Type": "application/json"}


def _read(answer: HTTPResponse) -> tuple[int, Any]:
    return answer.status_code, answer.json_body
