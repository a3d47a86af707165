"""POST /v1/events: what is answered, and what is on the stream by then."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from chalice.test import HTTPResponse

import app as front
from chalicelib import bootstrap
from chalicelib.domain import wire
from chalicelib.domain.identity import lane_of, pseudonym
from chalicelib.settings import Settings
from chalicelib.telemetry import logger
from local.identity import named
from tests.builders import Clock
from tests.fakes import FakeStream
from tests.signed_in import ISSUED, SignedIn, token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import TestDatabase

KEY = b"a key of thirty-two bytes, or so"
EVENT = {
    "event_id": "e1",
    "event_type": "assessment_scored",
    "student_id": "STUDENT-1",
    "course_id": "MATH-1",
    "item_id": "quiz-1",
    "occurred_at": "2024-10-07T10:00:00Z",
    "score": 7.5,
    "max_score": 10,
    "metadata": {"note": "a private remark"},
}


@dataclasses.dataclass
class Front:
    """The front with a stream and nothing else behind it."""

    stream: FakeStream
    client: SignedIn

    def post(self, body: Any, **headers: str) -> HTTPResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.http.post(
            "/v1/events", headers={"Content-Type": "application/json"} | named, body=raw
        )


@pytest.fixture
def ingest(tmp_path: Path, database: TestDatabase) -> Iterator[Front]:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    settings = Settings(
        pseudonym_key_file=str(key),
        database_conninfo=database.dsn("api"),
        **ISSUED.settings,
    )
    stream = FakeStream()
    built = dataclasses.replace(
        bootstrap.build(settings), clock=Clock(), stream=stream, keys=ISSUED
    )
    with bootstrap.using(built):
        built.clients.put("platform", "local", person="ada")
        built.clients.put("other", "lms", person="ada")
        yield Front(stream, SignedIn(front.app, token(named("platform"))))


def test_good_events_are_answered_202_with_their_ids(ingest):
    answer = ingest.post([EVENT, {**EVENT, "event_id": "e2"}])

    assert answer.status_code == 202
    assert answer.json_body == {
        "accepted": [{"index": 0, "event_id": "e1"}, {"index": 1, "event_id": "e2"}],
        "rejected": [],
        "unavailable": [],
    }


def test_a_bad_event_beside_a_good_one_is_named_in_the_202(ingest):
    answer = ingest.post([EVENT, {**EVENT, "event_id": "e2", "score": -1}])

    assert answer.status_code == 202
    assert answer.json_body["rejected"] == [
        {
            "index": 1,
            "event_id": "e2",
            "path": "$.score",
            "reason": "Expected `float` >= 0.0",
            "code": "invalid_event",
        }
    ]


def test_400_when_no_event_is_good(ingest):
    answer = ingest.post([{**EVENT, "score": -1}])

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json_body["errors"][0]["path"] == "$.score"
    assert ingest.stream.records == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"[]", {}, 400),
        (b"{", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"\x1f\x8b nonsense", {"Content_Encoding": "gzip"}, 400),
        (gzip.compress(b"[]", mtime=0)[:-9], {"Content_Encoding": "gzip"}, 400),
        ([EVENT] * 501, {}, 413),
        (b" " * (4 * 1024 * 1024 + 1), {}, 413),
        (gzip.compress(b" " * 50_000_000, mtime=0), {"Content_Encoding": "gzip"}, 413),
        (EVENT, {"Content_Type": "text/plain"}, 415),
        (EVENT, {"Content_Encoding": "br"}, 415),
    ],
)
def test_what_cannot_be_taken_is_refused_by_a_problem_document(ingest, body, headers, status):
    answer = ingest.post(body, **headers)

    assert answer.status_code == status
    problem = answer.json_body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["instance"] == answer.headers["X-Correlation-Id"]
    assert {"type", "title", "detail"} <= set(problem)
    assert ingest.stream.records == []


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_is_taken_however_it_is_announced(ingest, media_type):
    assert ingest.post(EVENT, Content_Type=media_type).status_code == 202


def test_json_is_taken_unannounced(ingest):
    body = json.dumps(EVENT).encode()
    assert ingest.client.http.post("/v1/events", body=body).status_code == 202


def test_a_gzipped_body_is_inflated(ingest):
    body = gzip.compress(json.dumps([EVENT]).encode())

    answer = ingest.post(body, Content_Encoding="gzip")

    assert [one["event_id"] for one in answer.json_body["accepted"]] == ["e1"]


def test_a_body_that_was_inflated_on_its_way_is_taken_as_it_is(ingest):
    assert ingest.post(EVENT, Content_Encoding="gzip").status_code == 202


def test_503_names_what_is_worth_sending_again_and_what_is_not(ingest):
    students = [f"S{n}" for n in range(30)]
    refused = f"lane-{lane_of(pseudonym('S0', KEY), 8)}"
    ingest.stream.refuses.add(refused)

    answer = ingest.post([{**EVENT, "event_id": s, "student_id": s} for s in students])

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    kept = {e.event_id for _, data in ingest.stream.records for e in wire.unpack(data)[0].events}
    accepted = {one["event_id"] for one in answer.json_body["accepted"]}
    again = {one["event_id"] for one in answer.json_body["unavailable"]}
    assert accepted == kept
    assert accepted | again == set(students)
    assert "S0" in again


@pytest.mark.parametrize("sent", ["STUDENT-4711", "0190f3e4-7c1d-7abc-9def-0123456789ab"])
def test_a_correlation_id_is_our_own_and_travels(ingest, sent):
    answer = ingest.post(EVENT, X_Correlation_Id=sent)

    (id_,) = [wire.unpack(data)[0].correlation_id for _, data in ingest.stream.records]
    assert answer.headers["X-Correlation-Id"] == id_ == str(uuid.UUID(id_))
    assert id_ != sent


def test_the_source_of_the_envelope_is_the_one_that_sent(ingest):
    ingest.post(EVENT, X_Source="lms")
    other = token(named("platform"), client_id="other", sub="other")
    ingest.post(EVENT, Authorization=f"Bearer {other}")

    sources = [wire.unpack(data)[0].source for _, data in ingest.stream.records]
    assert sources == ["local", "lms"]


def test_an_error_that_nobody_foresaw_shows_nothing_of_the_inside(ingest):
    ingest.stream.put = _broken

    answer = ingest.post(EVENT)

    assert answer.status_code == 500
    assert b"inside" not in answer.body
    assert answer.json_body["type"] == "/problems/unexpected"


def test_no_log_holds_a_students_id_or_metadata(ingest):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logger.addHandler(handler)
    before = logger.log_level
    logger.setLevel(logging.DEBUG)
    try:
        ingest.post([EVENT, {**EVENT, "score": -1}])
        ingest.stream.down = True
        ingest.post(EVENT)
        ingest.post({**EVENT, "student_id": "STUDENT-1\0"})
        ingest.stream.put = _broken
        ingest.post(EVENT)
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)

    assert "unexpected" in log.getvalue()
    assert "STUDENT-1" not in log.getvalue()
    assert "private" not in log.getvalue()


def _broken(records: Any, *, timeout_s: float) -> list[bool]:
    raise RuntimeError(json.dumps({"the inside": EVENT}))
