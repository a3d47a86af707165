"""The policy in force in a course is the one that it is judged by, and a bad one never is."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.policies import PostgresPolicies
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services import policies
from chalicelib.services.judge import Judge
from chalicelib.services.sweep import sweep
from tests.builders import STUDENTS, scored

A = STUDENTS[0]


@pytest.fixture
def versions(database):
    api = Database(database.dsn("api"))
    yield PostgresPolicies(api)
    api.close()


def put(versions, course="", person="ada", **overrides):
    return policies.put(versions, HIGHER_EDUCATION, course, overrides, "", person=person)


def rules(monitor):
    return monitor.rows("SELECT course, rule FROM alert WHERE cleared_at IS NULL ORDER BY course")


def test_a_course_is_judged_by_its_own_policy(monitor, versions):
    put(versions, "ENG-1", early_warning_bp=6000)
    monitor.consume([scored("m", A, 1, 55), scored("e", A, 1, 55, course="ENG-1")])
    assert rules(monitor) == [("ENG-1", "low_marks")]


def test_a_change_reaches_the_judge_within_a_minute_and_the_alerts_with_the_sweep(
    monitor, versions
):
    judge = Judge(HIGHER_EDUCATION)
    with monitor.store.unit() as unit:
        judge.refresh(unit, monitor.clock.now())
    monitor.consume([scored("m", A, 1, 55)])
    put(versions, early_warning_bp=6000)

    sweep(store=monitor.store, judge=judge, clock=monitor.clock)
    assert rules(monitor) == [], "what was learnt a moment ago is taken to hold"
    monitor.clock.moment += dt.timedelta(seconds=61)
    sweep(store=monitor.store, judge=judge, clock=monitor.clock)
    assert rules(monitor) == [("MATH-1", "low_marks")]


def test_every_version_is_kept_with_who_and_when(versions):
    assert put(versions, grace_days=5)
    assert not put(versions, person="bob", grace_days=5), "nothing changed"
    assert put(versions, person="bob", grace_days=6)

    kept = versions.versions("")
    assert [(one.version, one.overrides, one.set_by) for one in kept] == [
        (2, {"grace_days": 6}, "bob"),
        (1, {"grace_days": 5}, "ada"),
    ]
    assert kept[0].valid_from > kept[1].valid_from


def test_a_bad_policy_is_refused_and_the_old_one_stays_in_force(versions):
    put(versions, grace_days=5)
    with pytest.raises(InvalidRequestError, match="`grace_days`: Expected `int` >= 0"):
        put(versions, grace_days=-1)
    assert versions.in_force() == {"": {"grace_days": 5}}


def test_an_institution_cannot_contradict_its_courses(versions):
    put(versions, "MATH-1", low_mark_bp=3800)
    with pytest.raises(InvalidRequestError, match="these courses contradict it: MATH-1"):
        put(versions, low_mark_bp=3500, early_warning_bp=3600)
    assert put(versions, silence_days=10)


def test_where_a_threshold_comes_from_is_shown(versions):
    put(versions, grace_days=5, silence_days=9)
    put(versions, "MATH-1", grace_days=2)

    shown = policies.show(versions, HIGHER_EDUCATION, "MATH-1")

    assert shown["policy"]["grace_days"] == {"value": 2, "from": "course"}
    assert shown["policy"]["silence_days"] == {"value": 9, "from": "institution"}
    assert shown["policy"]["low_mark_bp"] == {"value": 4000, "from": "preset"}
    assert (shown["version"], shown["changes"]) == (1, {"grace_days": 2})


def test_no_role_can_change_a_version_that_was_in_force(versions, monitor):
    put(versions, grace_days=5)
    with (
        pytest.raises(Exception, match="permission denied"),
        versions._database.transaction() as cursor,
    ):
        cursor.execute("UPDATE policy_version SET overrides = '{}'")
