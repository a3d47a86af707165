"""A full run leaves no institution id and no name anywhere but sealed in `person`.

What a sender puts into an event's `metadata` is kept as sent, and is the one exception.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import logging
import re
import uuid
import zlib
from typing import TYPE_CHECKING, Any

import pytest

import app as front
from chalicelib import bootstrap, consumer, jobs
from chalicelib.adapters.sns import SnsNotifier
from chalicelib.domain.oneroster import IDS
from chalicelib.http import openapi
from chalicelib.settings import Settings
from chalicelib.telemetry import SERVICE
from tests.builders import START, STUDENTS, lambda_event, raw_record, scored
from tests.dumps import dumped
from tests.http.conftest import student_of
from tests.rosters import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADA, BEN = "Raw4711Ada", "Raw4712Ben"
NAMES = ("Xanthippe", "Quuxworth", "xq@raw.example", "+99-5550", "Zebedee")
TRACES = (ADA, BEN, *NAMES)
PEOPLE = [
    {
        "student_id": ADA,
        "given_name": NAMES[0],
        "family_name": NAMES[1],
        "email": NAMES[2],
        "contacts": [{"relationship": "mother", "name": NAMES[4], "phone": NAMES[3]}],
    },
    {"student_id": BEN, "given_name": NAMES[4]},
]


@dataclasses.dataclass
class Told:
    """Everything that left but logs: messages, records of the stream, paths that were asked for."""

    messages: list[str] = dataclasses.field(default_factory=list)
    records: list[bytes] = dataclasses.field(default_factory=list)
    urls: list[str] = dataclasses.field(default_factory=list)

    def publish(self, **message: Any) -> None:
        """Take a message in the place of SNS."""
        self.messages.append(json.dumps(message))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[Told]:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, SERVICE)
    ours = logging.getLogger(SERVICE)
    ours.addHandler(caplog.handler)
    yield Told()
    ours.removeHandler(caplog.handler)


def _event(event_id: str, student_id: str, type_: str, **fields: Any) -> dict[str, Any]:
    moment = START.replace(day=8).isoformat()
    common = {"event_id": event_id, "student_id": student_id, "course_id": "MATH-1"}
    return {**common, "event_type": type_, "occurred_at": moment, **fields}


def _mark(event_id: str, student_id: str, score: float, **fields: Any) -> dict[str, Any]:
    more = {"item_id": "quiz-1", "score": score, "max_score": 100, **fields}
    return _event(event_id, student_id, "assessment_scored", **more)


def _run(api: Any, told: Told, database: Any) -> None:
    """Send, store, alert, announce, look up, name, work on alerts, fail, and erase."""
    ask = _asking(api, told)
    _send(ask)
    told.records += [data for _, data in api.stream.records]
    _consume(api, told, database)
    _name(ask)
    _read_and_work(ask)
    path = f"/v1/students/{student_of(BEN)}/erasures?dry_run=false"
    assert ask("POST", path, {"reason": "asked"}).status_code == 201


def _asking(api: Any, told: Told) -> Callable[..., Any]:
    """Return what asks as the administrator, or sends as the platform, and keeps the paths."""
    api.put("/v1/clients/platform", {"source": "local"})
    platform = api.as_("platform")

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        told.urls.append(path)
        raw = b"" if body is None else json.dumps(body).encode()
        client = (platform if path == "/v1/events" else api).client.http
        return client.request(
            method, path, headers={"Content-Type": "application/json", **headers}, body=raw
        )

    return ask


def _send(ask: Callable[..., Any]) -> None:
    sent = [
        _mark("a1", ADA, 12, metadata={"who": ADA, "name": NAMES[0]}),
        _mark("b1", BEN, 8),
        _event("b2", BEN, "conduct_recorded", kind="incident"),
        {**_mark("b3", BEN, 8), "colour": "red"},  # refused
        {**_mark("b4", BEN, 8), "student_id": BEN + "\n"},  # refused
    ]
    assert ask("POST", "/v1/events", sent).status_code == 202
    assert ask("POST", "/v1/events", [_mark("a1", ADA, 99)]).status_code == 202  # a conflict
    assert ask("POST", "/v1/events", {"student_id": ADA}).status_code == 400
    assert ask("POST", "/v1/people", PEOPLE).status_code == 200
    assert ask("POST", "/v1/people", [{**PEOPLE[0], "height": 1}]).status_code == 400


def _name(ask: Callable[..., Any]) -> None:
    ada, ben = student_of(ADA), student_of(BEN)
    assert ask("POST", "/v1/students/lookup", {"student_id": ADA}).json_body["student"] == ada
    assert ask("POST", "/v1/students/lookup", {"student_id": ADA + "?"}).status_code == 404
    names = ask("POST", "/v1/people/names", {"students": [ada, ben]}).json_body["items"]
    assert [one["given_name"] for one in names] == [NAMES[0], NAMES[4]]
    assert ask("GET", f"/v1/students/{ada}/person").json_body["student_id"] == ADA


def _read_and_work(ask: Callable[..., Any]) -> None:
    ada, ben = student_of(ADA), student_of(BEN)
    ask("PUT", f"/v1/courses/MATH-1/enrolments/{ada}", [])
    alerts = ask("GET", "/v1/alerts?course=MATH-1").json_body["items"]
    assert {one["student"] for one in alerts} == {ada, ben}
    for alert in alerts:
        path = f"/v1/alerts/{alert['alert_id']}/acknowledge"
        ask("POST", path, {}, **{"If-Match": "*"})
    for path in (
        f"/v1/students/{ada}",
        f"/v1/students/{ada}/events",
        "/v1/courses/MATH-1/students",
        "/v1/quarantine",
        "/v1/health/details",
    ):
        found = ask("GET", path)
        assert found.status_code == 200
        assert not [trace for trace in TRACES if trace in found.body.decode()], path


def _consume(api: Any, told: Told, database: Any) -> None:
    settings = Settings(database_conninfo=database.dsn("ingest"))
    service = dataclasses.replace(
        bootstrap.build(settings),
        clock=api.clock,
        notifier=SnsNotifier("arn:topic", client=told),
    )
    records = [raw_record(data, n) for n, data in enumerate(told.records, 1)]
    broken = raw_record(b"not a record", len(records) + 1)
    consumer.consume(lambda_event(*records, broken), service)
    jobs.sweep_and_announce(service)
    api.clock.moment += dt.timedelta(days=1, hours=15)  # out of quiet hours, past the digest's
    jobs.announce_unsent(service)
    jobs.seal_ledger(service)


def _fail(api: Any, told: Told, database: Any) -> None:
    """Send what the database refuses now, so that statements fail with names in their text."""
    with as_owner(database) as cursor:
        for table in ("person", "alert_history"):
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT never CHECK (false) NOT VALID")
    alert = api.found("/v1/alerts")["items"][0]["alert_id"]
    assert api.post("/v1/people", [{**PEOPLE[0], "given_name": "Xanthippe II"}])[0] == 500
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    body = json.dumps({"note": f"{NAMES[1]} said so"}).encode()
    path = f"/v1/alerts/{alert}/notes"
    assert api.client.http.request("POST", path, headers=headers, body=body).status_code == 500


def _readable(text: str) -> str:
    """Return a text with what it holds in hexadecimal or in base64 put beside it in clear."""
    clear = [text]
    clear += [
        bytes.fromhex(digits).decode("latin-1")
        for digits in re.findall(r"(?:[0-9a-f]{2}){8,}", text)
    ]
    clear += [
        base64.b64decode(word + "=" * (-len(word) % 4)).decode("latin-1")
        for word in re.findall(r"[A-Za-z0-9+/]{16,}", text)
        if len(word) % 4 != 1
    ]
    return "\n".join(clear)


def _inflated(data: bytes) -> str:
    """Return whatever of a record can be inflated, at whatever place it begins."""
    found = [data.decode("latin-1")]
    for start in range(min(len(data), 64)):
        try:
            found.append(zlib.decompressobj().decompress(data[start:]).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(found)


def _traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in _readable(text)]


def test_a_full_run_tells_nobody_who_a_pseudonym_is(
    api, told, database, caplog, capfd, monkeypatch
):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "any")  # metrics are printed, too
    before = database.server.log.stat().st_size
    _run(api, told, database)
    _fail(api, told, database)
    printed = "".join(capfd.readouterr())

    assert student_of(ADA) in "".join(told.messages)
    logs = "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)
    assert {"student-performance-monitor", "EventsStored"} <= set(re.findall(r"[\w-]+", logs))
    assert "EventsStored" in printed
    assert _traces(logs) == []
    assert _traces(printed) == []
    assert _traces("\n".join(told.messages)) == []
    assert _traces("\n".join(told.urls)) == []
    servers = database.server.log.read_bytes()[before:].decode()
    assert servers.count('violates check constraint "never"') == 2
    assert _traces(servers) == []
    assert student_of(ADA) not in servers

    kept = dumped(database, "--data-only")
    assert student_of(ADA) in kept
    assert len(re.findall(r"^COPY public\.person .*\n.+\\\\x", kept, re.MULTILINE)) == 1
    metadata = json.dumps({"who": ADA, "name": NAMES[0]})
    assert metadata in kept  # as sent
    assert _traces(kept.replace(metadata, "")) == []


def test_a_record_of_the_stream_holds_pseudonyms_and_the_metadata_as_sent(api, told, database):
    _run(api, told, database)
    inflated = "\n".join(map(_inflated, told.records))
    assert student_of(ADA) in inflated
    assert inflated.count(ADA) == 1  # in the metadata
    assert [trace for trace in TRACES[1:] if trace in inflated] == [NAMES[0]]


def test_the_search_finds_what_is_there():
    hidden = f"x {ADA.encode().hex()} {base64.b64encode(b'....' + BEN.encode()).decode()}"
    assert _traces(hidden) == [ADA, BEN]
    assert ADA in _inflated(b"v1" + zlib.compress(f'{{"student":"{ADA}"}}'.encode()))


# Everything that a query may say: none of it names a person, but who asks herself.
QUERY = {
    *("limit", "cursor", "sort", "course", "rule", "state", "type", "from", "to", "dry_run"),
    *("assignee", "person", "student_id"),
}
CLOSED = {"assignee": ["me"], "person": list(IDS), "student_id": list(IDS)}


def test_no_route_takes_a_person_in_the_query_of_its_address():
    paths = openapi.document(front.app.routes, "any")["paths"]
    asked = {
        (parameter["name"], tuple(parameter["schema"].get("enum", ())))
        for methods in paths.values()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    }
    assert {name for name, _ in asked} == QUERY
    told = {name: values for name, values in asked if name in CLOSED}
    assert told == {name: tuple(values) for name, values in CLOSED.items()}


def test_no_cursor_tells_of_a_student(api):
    api.consume(*(scored(f"m{n}", one, n, 10) for n, one in enumerate(STUDENTS)))
    paths = ["/v1/alerts", "/v1/courses/MATH-1/students", f"/v1/students/{STUDENTS[0]}/events"]
    paths += [f"/v1/courses/MATH-1/students?sort={sort}" for sort in ("mark", "student")]
    for path in paths:
        cursor = api.found(path + ("&" if "?" in path else "?") + "limit=1")["next"]
        inside = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")
        assert len(inside) > 20
        for student in STUDENTS:
            assert student not in inside
            assert uuid.UUID(student).bytes.decode("latin-1") not in inside


def test_no_route_takes_an_id_or_a_name_in_its_address():
    paths = openapi.document(front.app.routes, "any")["paths"]
    asked = {
        parameter["name"]
        for methods in paths.values()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if parameter["in"] in {"path", "query"} and "enum" not in parameter["schema"]
    }
    assert not asked & {"student_id", "name", "given_name", "family_name", "email", "phone"}
    assert "student" in asked
