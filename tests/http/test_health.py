"""What the API tells of its own health: whether it is well anybody, numbers an administrator."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.reads import PostgresReads
from chalicelib.services.health import Pulse
from tests.builders import STUDENTS, scored

ADA = STUDENTS[0]


@pytest.fixture
def today(api):
    api.clock.moment = dt.datetime.now(dt.UTC)
    return api


def test_all_is_well_when_every_dependency_answers(api):
    body = api.found("/v1/health/details")

    assert api.as_("").get("/v1/health") == (200, {"ok": True})
    assert body["ok"] is True
    assert body["version"]
    database, stream = body["dependencies"]["database"], body["dependencies"]["stream"]
    assert stream["ok"] is True
    assert stream["status"] == "ACTIVE"
    assert database["ok"] is True
    assert database["latency_ms"] > 0
    assert database["schema"].startswith("0")
    assert database["last_recorded_at"] is None
    assert database["unsent_announcements"] == database["quarantined_last_day"] == 0


def test_what_waits_and_what_was_set_aside_is_counted(api):
    api.consume(scored("m1", ADA, 1, 10))
    api.consume(scored("m1", ADA, 1, 90))

    database = api.found("/v1/health/details")["dependencies"]["database"]

    assert database["unsent_announcements"] == 1
    assert database["quarantined_last_day"] == 1
    assert database["last_recorded_at"].endswith("Z")


def receive(api, *, recorded: str, took: str) -> None:
    api.execute(
        "INSERT INTO receipt (receipt, source, correlation_id, accepted_at, recorded_at)"
        " VALUES (gen_random_uuid(), 'local', 'c', now() - %s::interval - %s::interval,"
        " now() - %s::interval)",
        recorded,
        took,
        recorded,
    )


def lag_s(api):
    return api.found("/v1/health/details")["dependencies"]["database"]["consumer_lag_s"]


def test_the_lag_is_the_longest_way_of_the_last_minute(today):
    before = lag_s(today)
    receive(today, recorded="2 minutes", took="1 hour")
    long_ago = lag_s(today)
    receive(today, recorded="10 seconds", took="7 seconds")
    receive(today, recorded="5 seconds", took="2 seconds")

    assert before == long_ago == 0
    assert lag_s(today) == 7


def test_the_lag_is_unknown_while_a_replay_sets_the_clock(api):
    receive(api, recorded="10 seconds", took="7 seconds")

    assert lag_s(api) is None


def test_the_lag_is_found_behind_any_number_of_older_receipts(today):
    today.execute(
        "INSERT INTO receipt (receipt, source, correlation_id, accepted_at, recorded_at)"
        " SELECT gen_random_uuid(), 'local', 'c', now(), now() - interval '1 day'"
        " FROM generate_series(1, 20000)"
    )
    receive(today, recorded="10 seconds", took="7 seconds")

    assert lag_s(today) == 7


def test_numbers_are_for_the_administrator(api):
    assert api.as_("").get("/v1/health/details")[0] == 401
    assert api.as_("educator").get("/v1/health/details")[0] == 403


def test_a_stream_that_does_not_answer_is_named_with_503(api):
    api.stream.down = "no route to 10.0.0.1"

    status, body = api.get("/v1/health/details")

    assert api.as_("").get("/v1/health") == (503, {"ok": False})
    assert status == 503
    assert body["ok"] is False
    assert body["dependencies"]["database"]["ok"] is True
    assert body["dependencies"]["stream"] == {"ok": False, "detail": "does not answer"}


def test_without_a_database_it_is_not_well(api):
    nowhere = PostgresReads(Database("host=127.0.0.1 port=1 dbname=none"))
    with bootstrap.using(dataclasses.replace(bootstrap.service(), reads=nowhere)):
        asked = api.as_("").get("/v1/health")
        status, body = api.get("/v1/health/details")
        answer, problem = api.get("/v1/courses")

    assert asked == (503, {"ok": False})
    assert status == 503
    assert body["dependencies"]["database"] == {"ok": False, "detail": "does not answer"}
    assert body["dependencies"]["stream"]["ok"] is True
    assert (answer, problem["type"]) == (503, "/problems/unavailable")


def test_however_often_anybody_asks_a_dependency_is_asked_once_a_second():
    asked, now = [], [0.0]
    pulse = Pulse(lambda: asked.append(now[0]), clock=lambda: now[0])

    found = []
    for now[0] in (0.0, 0.5, 0.9, 1.0, 1.9, 2.5):
        found.append(pulse.well())

    assert found == [True] * 6
    assert asked == [0.0, 1.0, 2.5]
