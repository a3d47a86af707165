"""Hostile payloads: refused clearly, or kept to the letter and shown as nothing but text."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest

import app as front
from chalicelib.consumer import Consumer
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from tests.builders import STUDENTS, lambda_event, raw_record, scored
from tests.hostile import BODIES, TEXTS, VALUES
from tests.http.conftest import student_of

JSON = {"Content-Type": "application/json", "If-Match": "*"}
AT = "2024-10-07T10:00:00Z"
EVENT = {"student_id": "S1", "course_id": "MATH-1", "occurred_at": AT}
MARK = {**EVENT, "event_type": "assessment_scored", "item_id": "q", "score": 1, "max_score": 10}
CHANGING = [
    (method, path)
    for path, methods in sorted(front.app.routes.items())
    for method in sorted(methods)
    if method in {"POST", "PUT", "PATCH"}
]
READING = [path for path, methods in sorted(front.app.routes.items()) if "GET" in methods]
QUERIES = ("course", "student", "assignee", "rule", "state", "sort", "limit", "cursor", "type")
HEADERS = ("Authorization", "If-Match", "X-Correlation-Id", "X-Source", "Content-Encoding")
EVERY_TEXT = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@pytest.fixture
def api(api):
    """Let the platform send events."""
    assert api.put("/v1/clients/platform", {"source": "local"})[0] == 201
    return api


def sent(api: Any, path: str, method: str, body: bytes, **headers: str) -> Any:
    """Ask with raw bytes; what comes back is JSON, and no 5xx."""
    who = api.as_("platform") if path == "/v1/events" else api
    answer = who.client.http.request(method, path, headers={**JSON, **headers}, body=body)
    assert answer.status_code < 500, answer.body[:300]
    assert answer.status_code not in {401, 429} or "Authorization" in headers, answer.body
    assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
    return answer


def consumed(api: Any) -> None:
    """Bring what was put on the stream into the store, as the stream's handler does."""
    records = [raw_record(data, n) for n, (_, data) in enumerate(api.stream.records, 1)]
    consumer = Consumer(store=api.store, judge=Judge(HIGHER_EDUCATION), clock=api.clock)
    assert consumer.consume(lambda_event(*records)) == {"batchItemFailures": []}


def quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


@EVERY_TEXT
def test_a_text_in_every_field_of_an_event_comes_back_to_the_letter(api, text):
    mark = {**MARK, "event_id": text, "student_id": text, "course_id": text, "item_id": text}
    click = {
        **EVENT,
        "event_type": "activity_recorded",
        **dict.fromkeys(("student_id", "course_id", "kind"), text),
        "event_id": f"c{text}"[:128],
        "count": 1,
        "metadata": {text: [text]},
    }
    absent = {
        **EVENT,
        "event_type": "attendance_recorded",
        **dict.fromkeys(("student_id", "course_id", "session_id"), text),
        "event_id": f"a{text}"[:128],
        "status": "absent",
    }
    answer = sent(api, "/v1/events", "POST", json.dumps([mark, click, absent]).encode())
    ids = [one["event_id"] for one in answer.json_body["accepted"]]
    assert ids == [mark["event_id"], click["event_id"], absent["event_id"]]
    consumed(api)

    student = student_of(text)
    events = api.found(f"/v1/students/{student}/events", course=text)["items"]
    assert {one["course"] for one in events} == {text}
    assert {one["event_id"] for one in events} == {
        mark["event_id"],
        click["event_id"],
        absent["event_id"],
    }
    api.sweep()
    assert [one["course"] for one in api.found("/v1/courses")["items"]] == [text]
    (standing,) = api.found(f"/v1/students/{student}")["courses"]
    assert standing["course"] == text
    (one,) = api.found(f"/v1/courses/{quoted(text)}/students")["items"]
    assert one["student"] == student
    alerts = api.found("/v1/alerts", course=text)["items"]
    assert {one["course"] for one in alerts} == {text}
    kept = {text: [text]}
    with api.ingest.transaction() as cursor:
        cursor.execute("SELECT metadata FROM event WHERE metadata IS NOT NULL", {})
        assert cursor.fetchall() in ([(kept,)], [(json.dumps(kept),)])


@EVERY_TEXT
def test_a_text_in_every_field_of_the_catalogue_comes_back_to_the_letter(api, text):
    course = f"/v1/courses/{quoted(text)}"
    item = f"{course}/items/{quoted(text)}"
    assert api.put(course, {"title": text, "subject": text[:100]})[0] == 201
    assert api.put(item, {"title": text})[0] == 201

    found = api.found(course)
    assert (found["course"], found["title"], found["subject"]) == (text, text, text[:100])
    (one,) = api.found(f"{course}/items")
    assert (one["item"], one["title"]) == (text, text)


@EVERY_TEXT
def test_what_is_written_on_an_alert_comes_back_to_the_letter(api, text):
    api.consume(scored("m1", STUDENTS[0], 1, 10))
    (alert,) = api.found("/v1/alerts")["items"]
    path = f"/v1/alerts/{alert['alert_id']}"
    for method, what, body in (
        ("POST", "notes", {"note": text}),
        ("PUT", "assignee", {"assignee": text}),
        ("POST", "interventions", {"kind": "plan", "note": text}),
    ):
        done = sent(api, f"{path}/{what}", method, json.dumps(body).encode())
        assert done.status_code in {200, 201}, done.json_body

    found = api.found(path)
    assert found["assignee"] == text
    told = [(one["details"] or {}).get("note") for one in found["history"]]
    assert [note for note in told if note is not None] == [text, text]
    _, searched = api.post("/v1/alerts/search", {"assignee": text})
    assert [one["assignee"] for one in searched["items"]] == [text]


@pytest.mark.parametrize("field", ["event_id", "student_id", "course_id", "item_id", "score"])
def test_a_value_that_no_field_can_have_is_refused(api, field):
    event = json.dumps({**MARK, "event_id": "e1", field: "HERE"}).encode()
    for name, value in VALUES.items():
        answer = sent(api, "/v1/events", "POST", event.replace(b'"HERE"', value))

        assert answer.status_code == 400, name
        assert not api.stream.records


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_within_metadata_is_refused_or_reaches_the_store(api, value):
    body = json.dumps({**MARK, "event_id": "e1", "metadata": {"a": "HERE"}}).encode()
    answer = sent(api, "/v1/events", "POST", body.replace(b'"HERE"', value))

    assert answer.status_code in {202, 400}
    consumed(api)
    assert api.found("/v1/quarantine")["items"] == []
    stored = api.get(f"/v1/students/{student_of('S1')}/events")
    assert (stored[0] == 200) is (answer.status_code == 202)


@pytest.mark.parametrize(("method", "path"), CHANGING, ids=[f"{m} {p}" for m, p in CHANGING])
def test_no_route_takes_a_hostile_body_or_falls_over_one(api, method, path):
    asked = path.replace("{student}", student_of("S1"))
    for name in ("alert_id", "number", "hold_id"):
        asked = asked.replace(f"{{{name}}}", "1")
    asked = "/".join(part if not part.startswith("{") else "x" for part in asked.split("/"))
    for name, (body, headers) in BODIES.items():
        answer = sent(api, asked, method, body, **headers)
        assert 400 <= answer.status_code < 500, name
    for name, value in VALUES.items():
        answer = sent(api, asked, method, value)
        assert 400 <= answer.status_code < 500, name


@pytest.mark.parametrize("path", READING)
def test_a_text_in_a_path_or_a_query_breaks_nothing(api, path):
    for text in TEXTS.values():
        asked = "/".join(quoted(text) if p.startswith("{") else p for p in path.split("/"))
        for query in ("", *(f"?{name}={quoted(text)}" for name in QUERIES)):
            assert sent(api, asked + query, "GET", b"").status_code < 500, text


@pytest.mark.parametrize("header", HEADERS)
def test_a_text_in_a_header_breaks_nothing(api, header):
    for method, path in CHANGING:
        for text in TEXTS.values():
            answer = sent(
                api, path.replace("{", "").replace("}", ""), method, b"{}", **{header: text}
            )
            assert answer.status_code < 500, (path, text)


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "a", "title": "b"}',
        b'{"title": "a", "ti\\u0074le": "b"}',
    ],
)
def test_a_key_that_stands_twice_is_refused(api, body):
    answer = sent(api, "/v1/courses/M", "PUT", body)

    assert answer.status_code == 400
    assert "twice" in answer.json_body["detail"]


@pytest.mark.parametrize("name", ["event_id", "student\\u005fid", "event_type", "score"])
def test_an_event_that_says_a_thing_twice_is_refused(api, name):
    event = json.dumps({**MARK, "event_id": "e1"}).encode()
    plain = name.replace("\\u005f", "_")
    value = json.dumps({**MARK, "event_id": "e1"}[plain]).encode()
    answer = sent(
        api, "/v1/events", "POST", event[:-1] + b', "' + name.encode() + b'": ' + value + b"}"
    )

    assert answer.status_code == 400
    assert answer.json_body["errors"][0]["reason"] == "it stands there twice"


def test_a_key_that_stands_twice_in_metadata_is_kept(api):
    event = json.dumps({**MARK, "event_id": "e1"}).encode()
    note = b'{"score": 1, "score": 2, "event_id": ["a"]}'
    answer = sent(api, "/v1/events", "POST", event[:-1] + b', "metadata": ' + note + b"}")

    assert answer.status_code == 202
