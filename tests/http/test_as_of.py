"""As of a past moment the API says again what it said then, whatever has happened since."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import uuid
from typing import Any

import psycopg2
import pytest

from chalicelib.domain import wire
from tests.builders import (
    START,
    STUDENTS,
    active,
    attended,
    conducted,
    enrolled,
    retracted,
    scored,
    submitted,
)

ADA, BEN, _ = STUDENTS
CLASS = [str(uuid.UUID(int=n * 2**120 + 7)) for n in range(1, 9)]
ITEMS = ["quiz-1", "quiz-2", "essay", "project"]
ADDED = {"findings", "risk", "class"}  # to what GET /v1/students/{student} says
# What is written gets the wall clock's time, which is years after the term's.
_STAMP = """
UPDATE event SET recorded_at = %(now)s WHERE recorded_at > '2026-01-01';
UPDATE retraction SET recorded_at = %(now)s WHERE recorded_at > '2026-01-01';
UPDATE standing SET recorded_at = %(now)s WHERE recorded_at > '2026-01-01';
UPDATE catalogue_version SET valid_from = %(now)s WHERE valid_from > '2026-01-01';
UPDATE policy_version SET valid_from = %(now)s WHERE valid_from > '2026-01-01';
"""


@pytest.fixture
def play(api, database):
    """Drive the API through a term; what is written bears its time, as it does in production."""
    connection = psycopg2.connect(database.dsn())
    connection.autocommit = True

    class Play:
        def at(self, day: float) -> None:
            api.clock.moment = START + dt.timedelta(days=day)

        def stamp(self) -> None:
            """Let what was just written have been written at this moment."""
            with connection.cursor() as cursor:
                cursor.execute(_STAMP, {"now": api.clock.moment})

        def consume(self, *events: wire.Event) -> None:
            api.consume(*events)
            self.stamp()

        def put(self, path: str, body: Any) -> None:
            assert api.put(path, body)[0] in (200, 201)
            self.stamp()

        def said(self, students: list[str]) -> dict[str, Any]:
            """Sweep, and return what the API says of each student now.

            Twice, since a course hears of another one's flags with the next sweep.
            """
            api.sweep()
            api.sweep()
            self.stamp()
            found = {student: api.get(f"/v1/students/{student}") for student in students}
            return {student: body for student, (status, body) in found.items() if status == 200}

    with contextlib.closing(connection):
        yield Play()


def then(api, student, moment, **query):
    return api.get(f"/v1/students/{student}/as-of/{moment.isoformat()}", **query)


def without_findings(page):
    courses = [{n: v for n, v in one.items() if n not in ADDED} for one in page["courses"]]
    return {**page, "courses": courses}


def told_by_alerts(page):
    return {(one["course"], one["rule"], one["because"]) for one in page["alerts"]}


def told_by_findings(page):
    return {
        (course["course"], one["rule"], one["because"])
        for course in page["courses"]
        for one in course["findings"]
    }


def step(play, chance: random.Random, number: int, sent: list[wire.Event]) -> None:
    """Play nine days at random: late events, regrades, retractions, changes of all sorts."""
    day = 9 * number
    play.at(day)
    _put(play, chance, day)
    events = [_event(f"e{number}-{n}", chance, day) for n in range(30)]
    taken = [*chance.sample(sent, k=min(len(sent), 4)), events[0]]
    sent += events
    events += [retracted(f"x{number}-{n}", one) for n, one in enumerate(taken)]
    chance.shuffle(events)
    play.consume(*events)


def _put(play, chance, day):
    for item in chance.sample(ITEMS, k=2):
        due_at = (START + dt.timedelta(days=day + chance.randrange(-14, 10))).isoformat()
        body = {"title": item.title(), "due_at": due_at, "weight": chance.choice([1, 5])}
        play.put(f"/v1/courses/MATH-1/items/{item}", {**body, "optional": chance.random() < 0.2})
    play.put("/v1/policy", {"grace_days": chance.randrange(4), "class_gate_bp": 1000})
    play.put("/v1/courses/MATH-1/policy", {"silence_days": chance.choice([6, 9, 14])})
    begins_at = START + dt.timedelta(days=chance.randrange(12))
    ends_at = begins_at + dt.timedelta(days=chance.randrange(5, 60))
    enrolment = [{"begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat()}]
    path = f"/v1/courses/MATH-1/enrolments/{chance.choice(CLASS)}"
    play.put(path, chance.choice([[], enrolment]))
    if chance.random() < 0.5:
        play.put("/v1/courses/MATH-1", {"title": f"Mathematics {day}", "subject": "mathematics"})


def _event(event_id, chance, day):
    student, when, item = chance.choice(CLASS), chance.uniform(0, day + 0.5), chance.choice(ITEMS)
    match chance.randrange(9):
        case 0 | 1 | 2:
            return scored(event_id, student, when, chance.choice([5, 30, 60, 90]), item=item)
        case 3 | 4:
            return submitted(event_id, student, when, item=item)
        case 5:
            status, session = chance.choice(["present", "absent"]), f"s{chance.randrange(9)}"
            return attended(event_id, student, when, status, session)
        case 6:
            return active(event_id, student, when)
        case 7:
            kind = chance.choice(["incident", "suspension"])
            return conducted(event_id, student, when, kind)
        case _:
            return enrolled(event_id, student, when, chance.choice(["enrolled", "withdrawn"]))


@pytest.mark.parametrize("seed", range(4))
def test_each_moment_is_told_again_as_it_was_told_then(api, play, seed):
    chance, sent, remembered = random.Random(seed), [], {}
    for number in range(1, 8):
        step(play, chance, number, sent)
        remembered[api.clock.moment] = play.said(CLASS)

    alerts = 0
    for moment, said in remembered.items():
        for student in CLASS:
            status, found = then(api, student, moment)
            assert status == (200 if student in said else 404)
            if student in said:
                assert without_findings(found) == said[student]
                assert told_by_alerts(found) <= told_by_findings(found)
                alerts += len(found["alerts"])
    assert alerts > 20


def test_what_was_said_is_told_with_its_reason_though_it_was_regraded_since(api, play):
    play.at(10)
    play.consume(*(scored(f"m{n}", ADA, n, 20, item=f"quiz-{n}") for n in (1, 2, 3)))
    moment = api.clock.moment
    play.at(20)
    play.consume(*(scored(f"r{n}", ADA, 10 + n, 95, item=f"quiz-{n}") for n in (1, 2, 3)))

    _, found = then(api, ADA, moment)
    (course,) = found["courses"]
    low = next(one for one in course["findings"] if one["rule"] == "low_marks")
    (alert,) = found["alerts"]

    assert course["marks"]["mean"] == 20
    assert low["fires"] is True
    assert (low["because"], low["severity"]) == (alert["because"], alert["severity"])
    assert alert["evidence"] == low["evidence"]
    assert alert["evidence"]["mean_bp"] == 2000
    assert course["class"] == {"enrolled": 1, "marked": 1, "mean": 20.0}
    assert course["risk"]["total"] == sum(course["risk"]["parts"].values())
    assert api.found(f"/v1/students/{ADA}")["alerts"] == []


def test_now_is_a_moment_and_tells_the_score_by_its_parts_and_good_news(api, play):
    play.at(20)
    play.consume(
        *(scored(f"m{n}", ADA, n, 20, item=f"quiz-{n}") for n in (1, 2)),
        *(scored(f"m{n}", ADA, n, 95, item=f"quiz-{n}") for n in (3, 4)),
    )

    said = play.said([ADA])[ADA]
    found = api.found(f"/v1/students/{ADA}/as-of/now")
    (course,) = found["courses"]

    assert without_findings(found) == said
    assert course["risk"] == {"total": 17, "parts": {"marks": 17, "absence": 0}}
    assert course["risk_bucket"] == 17 // 5
    good = {one["rule"] for one in course["findings"] if one["severity"] == "good"}
    assert good == {"recovered", "strong_improvement"}


def test_an_alert_says_what_it_said_and_not_what_became_of_it(api, play):
    play.at(10)
    play.consume(*(scored(f"m{n}", ADA, n, 35, item=f"quiz-{n}") for n in (1, 2, 3)))
    moment = api.clock.moment
    (before,) = api.found(f"/v1/students/{ADA}")["alerts"]
    play.at(20)
    play.consume(*(scored(f"r{n}", ADA, 10 + n, 5, item=f"quiz-{n}") for n in (1, 2, 3)))
    (after,) = api.found(f"/v1/students/{ADA}")["alerts"]

    assert before["because"] != after["because"]
    assert then(api, ADA, moment)[1]["alerts"] == [before]


def test_a_statement_is_told_as_it_stood(api, play):
    path = f"/v1/students/{ADA}/corrections"
    play.at(10)
    play.consume(scored("m1", ADA, 1, 20), scored("m2", ADA, 1, 20, course="ART-1"))
    for about, course in (("The mark", {"course": "ART-1"}), ("All of it", {})):
        assert api.post(path, {"about": about, "wanted": "80 %", **course})[0] == 201
    said = []
    for day, number, statement in ((11, 1, "It is wrong."), (12, 2, "No."), (13, 1, "It is not.")):
        play.at(day)
        if day < 13:
            api.put(f"{path}/{number}/decision", {"decision": "refused", "reason": "It is right."})
        assert api.put(f"{path}/{number}/statement", {"statement": statement})[0] == 200
        said.append((api.clock.moment, api.found(f"/v1/students/{ADA}")["statements"]))

    assert [len(statements) for _, statements in said] == [1, 2, 2]
    assert said[0][1][0]["statement"] == "It is wrong."
    for moment, statements in said:
        assert then(api, ADA, moment)[1]["statements"] == statements
    assert then(api, ADA, START + dt.timedelta(days=10))[1]["statements"] == []
    of_one = [then(api, ADA, said[2][0], course=one)[1] for one in ("MATH-1", "ART-1")]
    assert [[one["number"] for one in page["statements"]] for page in of_one] == [[2], [1, 2]]
    (kept, _) = api.found(f"/v1/students/{ADA}/record")["corrections"]
    assert [one["statement"] for one in kept["earlier_statements"]] == ["It is wrong."]


def test_one_course_can_be_asked_for_alone(api, play):
    play.at(10)
    play.consume(scored("m1", ADA, 1, 20), scored("m2", ADA, 2, 30, course="ART-1"))

    _, found = then(api, ADA, api.clock.moment, course="ART-1")

    assert [one["course"] for one in found["courses"]] == ["ART-1"]
    assert {one["course"] for one in found["alerts"]} <= {"ART-1"}
    assert then(api, ADA, api.clock.moment, course="ART-2")[0] == 404


def test_nobody_is_known_before_her_first_event_has_come(api, play):
    play.at(10)
    play.consume(scored("m1", ADA, 1, 20))

    assert then(api, ADA, START + dt.timedelta(days=9.9))[0] == 404
    assert then(api, ADA, api.clock.moment)[0] == 200
    assert then(api, BEN, api.clock.moment)[0] == 404


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("yesterday", "RFC 3339"),
        ("2025-01-03", "RFC 3339"),
        ("2025-01-03T12:00:00", "RFC 3339"),
        ("2025-02-30T12:00:00Z", "RFC 3339"),
        ("2025-02-04T00:00:01Z", "yet to come"),
        ("2023-12-31T23:59:59Z", "before the oldest event"),
        ("0001-01-01T00:00:00%2B14:00", "RFC 3339"),
    ],
)
def test_a_moment_that_cannot_be_answered_is_refused_with_the_reason(api, moment, reason):
    status, problem = api.get(f"/v1/students/{ADA}/as-of/{moment}")

    assert status == 400
    assert problem["type"] == "/problems/invalid-request"
    assert reason in problem["detail"]


def test_an_offset_in_the_path_is_understood(api, play):
    play.at(10)
    play.consume(scored("m1", ADA, 1, 20))

    path = f"/v1/students/{ADA}/as-of/2024-10-17T02:00:00%2B02:00"
    assert api.found(path)["as_of"] == "2024-10-17T00:00:00Z"
