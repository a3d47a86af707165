"""What the API tells of events that could not be processed."""

from __future__ import annotations

import base64
import json
import re
import uuid
import zlib

import pytest

from chalicelib.consumer import Consumer
from chalicelib.domain import wire
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from tests.builders import START_US, STUDENTS, enrolled, lambda_event, raw_record, scored
from tests.rosters import as_owner, holds, put_roster

ADA, BEN, _ = STUDENTS


def test_a_conflict_is_listed_with_whose_it_is_and_read_whole(api):
    api.consume(scored("m1", ADA, 1, 80))
    api.consume(scored("m1", ADA, 1, 90))

    (listed,) = api.found("/v1/quarantine")["items"]
    found = api.found(f"/v1/quarantine/{listed['quarantine_uid']}")

    assert listed["reason"] == "conflict"
    assert listed["source"] == "local"
    assert listed["event_id"] == "m1"
    assert listed["student"] == ADA
    assert listed["occurred_at"] == "2024-10-08T00:00:00Z"
    assert "payload" not in listed
    payload = base64.b64decode(found.pop("payload"))
    assert len(payload) == found["payload_bytes"] == listed["payload_bytes"]
    assert "90" in json.dumps(json.loads(payload))
    assert found | {"detail": listed["detail"]} == listed
    assert listed["students"] == [ADA]


def _noted(database) -> list[tuple[str, list[str], str]]:
    with as_owner(database) as cursor:
        cursor.execute(
            "SELECT what, students::text[], reason FROM access WHERE what LIKE 'quarantine%'"
            " ORDER BY access_id"
        )
        return cursor.fetchall()


@pytest.fixture
def newer(api):
    """Set aside a record of two students that a newer writer has made; one of them is known."""
    api.consume(enrolled("e", ADA, 0))
    events = [scored("m1", ADA, 3, 40), scored("m2", BEN, 3, 41)]
    record = raw_record(wire.pack(wire.Envelope(2, "local", "c1", 1, events)))
    consumer = Consumer(store=api.store, judge=Judge(HIGHER_EDUCATION), clock=api.clock)
    consumer.consume(lambda_event(record))
    return consumer, record


def test_what_a_newer_writer_sent_is_told_by_student_and_each_read_is_noted(api, newer, database):
    listed = api.found("/v1/quarantine")["items"]
    assert {(one["reason"], *one["students"]) for one in listed} == {
        ("unknown_version", ADA),
        ("unknown_version", BEN),
    }
    of_ada = next(one for one in listed if one["students"] == [ADA])
    uid = of_ada["quarantine_uid"]
    payload = base64.b64decode(api.found(f"/v1/quarantine/{uid}")["payload"])

    assert ADA.encode() in payload
    assert BEN.encode() not in payload
    (_, shown, why), (what, students, reason) = _noted(database)
    assert set(shown) == {ADA, BEN}
    assert (what, students) == (f"quarantine/{uid}", [ADA])
    assert why == reason == "is privacy_officer"


def test_an_administrator_is_told_why_whence_and_how_many_and_nothing_of_anybody(
    api, newer, database
):
    api.consume(scored("m9", ADA, 1, 80))
    api.consume(scored("m9", ADA, 1, 90))  # says otherwise
    put_roster(database, holds("runs", "administrator"))
    administrator = api.as_("student", sub="runs")
    listed = [one for page in administrator.pages("/v1/quarantine", limit=2) for one in page]
    shown = [administrator.found(f"/v1/quarantine/{one['quarantine_uid']}") for one in listed]

    assert shown == listed
    assert {tuple(one) for one in shown} == {
        ("quarantine_uid", "reason", "detail", "source", "correlation_id", "sequence_number",
         "students_named", "payload_bytes", "recorded_at")
    }  # fmt: skip
    assert sorted((one["reason"], one["source"], one["students_named"]) for one in shown) == [
        ("conflict", "local", 1),
        ("unknown_version", "local", 1),
        ("unknown_version", "local", 1),
    ]
    assert not re.search(f"{ADA}|{BEN}|m9", json.dumps(shown))
    assert _noted(database) == []


def test_what_an_error_quotes_is_not_told_to_an_administrator(api, database):
    traceback = (
        'Traceback (most recent call last):\n  File "/var/task/app.py", line 7, in work\n'
        "    secret_of(student)\npsycopg2.errors.UniqueViolation: duplicate key\n"
        f"DETAIL:  Key (student)=({ADA}) exists\nEve got 5\nValueError: {ADA} got 5\n"
    )
    api.execute(
        "INSERT INTO quarantine (quarantine_uid, reason, detail, payload, students) VALUES"
        " (md5('1')::uuid, 'unexpected_error', %s, 'x', '{}'),"
        " (md5('2')::uuid, 'not_an_event', %s, 'x', '{}')",
        traceback,
        "Invalid enum value 'has it from Eve' - at `$[6]`",
    )
    put_roster(database, holds("runs", "administrator"))
    api = api.as_("student", sub="runs")
    listed = api.found("/v1/quarantine")["items"]
    told = {
        one["reason"]: api.found(f"/v1/quarantine/{one['quarantine_uid']}")["detail"]
        for one in listed
    }

    assert told == {
        "unexpected_error": '  File "/var/task/app.py", line 7, in work\n'
        "psycopg2.errors.UniqueViolation\nValueError",
        "not_an_event": "Invalid enum value ... - at `$[6]`",
    }
    assert {one["detail"] for one in listed} == {"ValueError", told["not_an_event"]}


def test_the_record_has_what_was_set_aside_of_a_student_alone(api, newer):
    for student, other in ((ADA, BEN), (BEN, ADA)):
        (mine,) = api.found(f"/v1/students/{student}/record")["quarantine"]
        assert mine["reason"] == "unknown_version"
        assert mine["others"] == 0
        payload = base64.b64decode(mine["payload"])
        assert student.encode() in payload
        assert other.encode() not in payload


def test_what_is_of_others_as_well_is_in_the_record_without_its_content(api, newer):
    both = raw_record(zlib.compress(f"neither {ADA} nor {BEN}".encode()), 3)
    newer[0].consume(lambda_event(both))

    found = api.found(f"/v1/students/{ADA}/record")["quarantine"]
    (shared,) = (one for one in found if one["reason"] == "not_an_envelope")
    assert (shared["others"], shared["payload"]) == (1, None)


def test_erasing_takes_what_was_set_aside_along_and_it_does_not_come_back(api, newer, database):
    consumer, record = newer
    status, proof = api.post(f"/v1/students/{ADA}/erasures?dry_run=false", {"reason": "asked"})
    assert status == 201
    assert proof["erasure"]["deleted"]["quarantine"] == 1

    consumer.consume(lambda_event(record))
    assert (consumer.last.erased, consumer.last.quarantined) == (1, 1)
    (left,) = api.found("/v1/quarantine")["items"]
    assert left["students"] == [BEN]
    with as_owner(database) as cursor:
        cursor.execute(
            "SELECT count(*) FROM quarantine WHERE position(convert_to(%s, 'UTF8') IN payload) > 0",
            (ADA,),
        )
        assert cursor.fetchall() == [(0,)]


def test_a_record_that_nobody_can_read_is_kept_byte_for_byte(api):
    judge = Judge(HIGHER_EDUCATION)
    consumer = Consumer(store=api.store, judge=judge, clock=api.clock)
    consumer.consume(lambda_event(raw_record(b"\x00\xffno record", 7)))

    (listed,) = api.found("/v1/quarantine")["items"]
    found = api.found(f"/v1/quarantine/{listed['quarantine_uid']}")

    assert listed["reason"] == "not_compressed"
    assert listed["sequence_number"] == "7"
    assert listed["student"] is None
    assert base64.b64decode(found["payload"]) == b"\x00\xffno record"


def test_the_list_is_paged_newest_first(api):
    api.execute(
        "INSERT INTO quarantine (quarantine_uid, reason, detail, payload, recorded_at)"
        " SELECT md5(i::text)::uuid, 'conflict', 'first line' || chr(10) || 'last line', 'x',"
        " to_timestamp(%s + i / 2) FROM generate_series(0, 9) AS i",
        START_US // 1_000_000,
    )

    pages = list(api.pages("/v1/quarantine", limit=3))

    listed = [one for page in pages for one in page]
    assert len({one["quarantine_uid"] for one in listed}) == len(listed) == 10
    moments = [one["recorded_at"] for one in listed]
    assert moments == sorted(moments, reverse=True)
    assert {one["detail"] for one in listed} == {"last line"}


@pytest.mark.parametrize("uid", [str(uuid.UUID(int=1)), "abc", "%00"])
def test_an_unknown_one_is_404(api, uid):
    assert api.get(f"/v1/quarantine/{uid}")[0] == 404


@pytest.mark.parametrize("query", [{"limit": "0"}, {"cursor": "bad"}])
def test_a_parameter_that_cannot_be_is_400(api, query):
    assert api.get("/v1/quarantine", **query)[0] == 400
