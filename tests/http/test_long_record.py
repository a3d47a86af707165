"""A record that is longer than Lambda's answer: zipped in one call, or in parts, and complete."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import json
import re
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from chalice.config import Config
from chalice.local import LocalDevServer, LocalGateway

import app as front
from chalicelib.domain.record import SECTIONS
from chalicelib.http import cursors
from local.identity import named
from tests.builders import enrolled
from tests.http.conftest import student_of
from tests.signed_in import token

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA = student_of("ada")
RECORD = f"/v1/students/{ADA}/record"
LAMBDA = 6_291_556  # bytes of an answer, all of it
GZIP, HTML = "application/gzip", "text/html"
EVENTS = """
INSERT INTO event SELECT %(student)s, timestamptz '2024-09-01' + n / 4 * interval '2 min',
       gen_random_uuid(), gen_random_uuid(), now(), 1, 'lms', 'e' || n, 'MATH-1', 'quiz-' || n,
       '{"score": 61.25, "max_score": 100, "weight": 10}',
       coalesce(%(metadata)s, (SELECT string_agg(md5(n || '-' || m), '')
                               FROM generate_series(1, 250) AS m))
FROM generate_series(1, %(events)s) AS n"""
READS = """
INSERT INTO access (subject, client, address, correlation_id, kind, what, reason, students, salts)
SELECT 'eve', 'dashboard', '203.0.113.7', gen_random_uuid()::text, 'person', 'courses/students',
       'teaches MATH-1', ARRAY[%(student)s::uuid], ARRAY[gen_random_uuid(), gen_random_uuid()]
FROM generate_series(1, %(reads)s) AS n"""


@pytest.fixture
def lived(api):
    """Make a life of events and reads; without metadata each event has 8,000 bytes of noise."""

    def live(events: int, reads: int = 0, metadata: str | None = '{"tool": "quiz"}') -> None:
        api.consume(enrolled("e0", ADA, -30))
        values = {"student": ADA, "events": events, "reads": reads, "metadata": metadata}
        with api.ingest.transaction() as cursor:
            cursor.execute(EVENTS, values)
        with front.service().ledger._database.transaction(person="eve") as cursor:
            cursor.execute(READS, values)

    return live


def answered(cursor: str | None = None, accept: str = "application/json") -> dict[str, Any]:
    """Return what Lambda would answer, and see that it could."""
    path = f"{RECORD}?{urllib.parse.urlencode({'cursor': cursor})}" if cursor else RECORD
    headers = {"authorization": f"Bearer {token(named('administrator'))}", "accept": accept}
    gateway = LocalGateway(front.app, Config(config_from_disk={}))
    answer: Any = gateway.handle_request("GET", path, headers, b"")
    assert answer["statusCode"] == 200, answer["body"]
    assert len(json.dumps(answer)) <= LAMBDA
    return dict(answer)


def unzipped(answer: dict[str, Any]) -> bytes:
    assert answer["headers"]["Content-Type"] == GZIP
    assert answer["isBase64Encoded"]
    return gzip.decompress(base64.b64decode(answer["body"]))


def parts(accept: str = "application/json") -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        answer = answered(cursor, accept)
        part = json.loads(unzipped(answer) if accept == GZIP else answer["body"])
        yield part
        cursor = part["next"]
        if cursor is None:
            return


def joined(found: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {one.name: [row for part in found for row in part.get(one.name, [])] for one in SECTIONS}


def ids(events: int) -> list[str]:
    return ["e0", *(f"e{number}" for number in range(1, events + 1))]


def by_number(name: str) -> int:
    return int(name[1:])


def test_forty_thousand_events_are_one_call_when_zipped(lived):
    lived(40_000)
    answer = answered(accept=GZIP)
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="record.json.gz"'
    found = json.loads(unzipped(answer))
    assert sorted((one["event_id"] for one in found["events"]), key=by_number) == ids(40_000)
    assert found["next"] is None
    assert [one.name for one in SECTIONS] == [name for name in found if name in joined([])]


def test_otherwise_they_come_in_parts_that_make_a_whole(lived):
    lived(40_000, reads=3_000)
    found = list(parts())
    assert 2 < len(found) < 10
    whole = joined(found)
    assert sorted((one["event_id"] for one in whole["events"]), key=by_number) == ids(40_000)
    assert whole["events"] == sorted(
        whole["events"], key=lambda one: (one["occurred_at"], one["event_uid"])
    )
    reads = [one["access_id"] for one in whole["ledger"]]
    assert len(reads) == len(set(reads)) == 3_000 + len(found) - 1  # each part is a read as well
    first, *others = found
    assert first["person"] is None
    assert first["enrolment_changes"]
    assert not any("person" in one or "enrolment_changes" in one for one in others)


def test_what_cannot_be_zipped_well_comes_in_parts_too(lived):
    lived(2_000, metadata=None)
    found = list(parts(GZIP))
    assert len(found) > 1
    whole = joined(found)
    assert sorted((one["event_id"] for one in whole["events"]), key=by_number) == ids(2_000)


def test_a_page_comes_in_parts_that_name_the_next(lived):
    lived(12_000, metadata=json.dumps({"signs": "&" * 400}))
    pages, cursor = [], None
    while True:
        answer = answered(cursor, HTML)
        assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
        pages.append(answer["body"])
        more = re.search(r'href="\?cursor=([A-Za-z0-9_-]+)"', answer["body"])
        if more is None:
            break
        cursor = more[1]
    assert len(pages) > 2
    shown = [int(n) for page in pages for n in re.findall(r"<td>e(\d+)</td>", page)]
    assert sorted(shown) == list(range(12_001))
    assert "Institution id, names" in pages[0]
    assert not any("Institution id, names" in page for page in pages[1:])


def test_a_page_may_be_zipped_as_well(lived):
    lived(10)
    answer = answered(accept=f"{GZIP}, {HTML}")
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="record.html.gz"'
    assert unzipped(answer).startswith(b"<!doctype html>")


def test_the_test_client_and_the_local_server_unpack_it_for_the_wire(api, lived):
    lived(10)
    of_client = api.client.http.get(RECORD, headers={"Accept": GZIP})
    server = LocalDevServer(front.app, Config(config_from_disk={}), "127.0.0.1", 0)
    thread = threading.Thread(target=server.handle_single_request)
    thread.start()
    signed_in = {"Authorization": f"Bearer {token(named('administrator'))}", "Accept": GZIP}
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", server.server.server_port)
    ) as connection:
        connection.request("GET", RECORD, headers=signed_in)
        of_server = connection.getresponse()
        sent = of_server.read()
    thread.join()
    server.server.server_close()

    assert of_server.headers["Content-Type"] == of_client.headers["Content-Type"] == GZIP
    for body in (of_client.body, sent):
        assert len(json.loads(gzip.decompress(body))["events"]) == 11


def test_a_short_record_is_one_part(lived):
    lived(3)
    (found,) = parts()
    assert sorted(one["event_id"] for one in found["events"]) == ids(3)
    assert {one.name for one in SECTIONS} <= found.keys()


def cursor_at(*place: Any) -> str:
    made = cursors.encode(place, "record")
    assert made
    return made


NOWHERE = ("2024-01-01T00:00:00Z", "00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        cursor_at("nothing", 0, *NOWHERE),
        cursor_at("events", -1, *NOWHERE),
        cursor_at("ledger", 2**63, *NOWHERE),
        cursor_at("events", 0, "2024-01-01T00:00:00Z", "x"),
        cursor_at("events", 0),
    ],
)
def test_a_cursor_of_nowhere_is_refused(api, lived, cursor):
    lived(1)
    assert api.get(RECORD, cursor=cursor)[0] == 400


def test_a_part_may_begin_in_any_section(api, lived):
    lived(1)
    for section in SECTIONS:
        found = api.found(RECORD, cursor=cursor_at(section.name, 0, *NOWHERE))
        assert section.name in found
        assert found["next"] is None
