"""Who may do what, from the roster alone."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from chalicelib.domain.access import About, Own, Permit, decide, takes_another
from chalicelib.domain.errors import ConflictError, InvalidRequestError, NotAllowedError
from chalicelib.domain.principal import Principal
from chalicelib.domain.roster import HeldRole, Line, Roles, Span, check_administrators, lines_of
from chalicelib.domain.rules import Action

TODAY = dt.date(2027, 1, 15)
DAY = dt.timedelta(days=1)
ADA = Principal("ada", "person", "dashboard")
PLATFORM = Principal("lms", "machine", "lms", frozenset({"events:write"}))
JO = "5a0a6b1e-0000-4000-8000-000000000001"
TEACHES = Line("ada", "teaches", "MATH-101", None, dt.date(2027, 1, 31))
ADVISES = Line("ada", "advises", JO)
HERSELF = Line("ada", "self", JO)


def role(name, person="ada", **dates):
    return Line(person, "role", name, **dates)


def asked(action, *lines, who=ADA, today=TODAY, **about):
    return decide(who, action, About(**about), lines, today)


@pytest.mark.parametrize("action", [a for a in Action if a is not Action.READ_DESCRIPTION])
def test_without_a_line_nothing_is_allowed(action):
    assert asked(action, course="MATH-101", student=JO, courses=["MATH-101"]) is None


@pytest.mark.parametrize(
    ("line", "about", "reason"),
    [
        (TEACHES, {"courses": ["HIST-7", "MATH-101"]}, "teaches MATH-101 until 2027-01-31"),
        (ADVISES, {}, f"advises {JO}"),
        (HERSELF, {}, f"is the student {JO}"),
        (role("registrar"), {}, "is registrar"),
    ],
)
def test_a_student_is_shown_to_those_who_have_to_do_with_her(line, about, reason):
    found = asked(Action.READ_STUDENT, line, student=JO, **about)
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize("line", [TEACHES, ADVISES, HERSELF])
def test_and_to_nobody_who_has_to_do_with_another(line):
    other = "5a0a6b1e-0000-4000-8000-000000000002"
    assert asked(Action.READ_STUDENT, line, student=other, courses=["HIST-7"]) is None


def test_a_line_holds_from_its_first_day_to_its_last():
    line = TEACHES._replace(begins_on=TODAY)
    allowed = [
        asked(Action.READ_CLASS, line, course="MATH-101", today=day) is not None
        for day in (TODAY - DAY, TODAY, dt.date(2027, 1, 31), dt.date(2027, 2, 1))
    ]
    assert allowed == [False, True, True, False]


def test_a_list_shows_an_educator_her_courses_and_a_registrar_all():
    hers = asked(Action.LIST_COURSES, ADVISES, TEACHES)
    every = asked(Action.LIST_COURSES, TEACHES, role("registrar"))
    assert hers == Permit(f"advises {JO}", Own(("MATH-101",), (JO,)))
    assert every == Permit("is registrar", None)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (Action.GRANT_ROLES, "administrator"),
        (Action.ASSIGN_STAFF, "registrar"),
        (Action.ASSIGN_ADVISER, "registrar"),
    ],
)
def test_nobody_raises_her_own_rights(action, name):
    assert asked(action, role(name), person="bob") is not None
    assert asked(action, role(name), person="ada") is None


def test_a_line_of_somebody_else_helps_nobody():
    assert asked(Action.READ_STUDENT, role("registrar", person="bob"), student=JO) is None


def test_a_machine_sends_events_by_its_scope_and_teaches_nobody():
    teaches = TEACHES._replace(person="lms")
    assert asked(Action.SEND_EVENTS, who=PLATFORM) is not None
    assert asked(Action.SEND_EVENTS, who=PLATFORM._replace(scopes=frozenset())) is None
    assert asked(Action.SEND_EVENTS, who=ADA._replace(scopes=PLATFORM.scopes)) is None
    assert asked(Action.READ_CLASS, teaches, who=PLATFORM, course="MATH-101") is None
    assert asked(Action.PUT_COURSE, role("integrator", person="lms"), who=PLATFORM) is not None


def test_an_administrator_sees_no_record():
    for action in (Action.READ_STUDENT, Action.READ_CLASS, Action.LIST_ALERTS, Action.READ_ALERT):
        assert asked(action, role("administrator"), student=JO, course="MATH-101") is None


def left_with(*left, before=role("administrator")):  # noqa: B008  # a value that never changes
    check_administrators("ada", left, before=[before], today=TODAY)


def test_the_last_administrator_cannot_be_removed():
    bob = role("administrator", person="bob")
    left_with(bob)
    for insufficient in ([], [bob._replace(ends_on=TODAY + DAY)], [bob._replace(target="analyst")]):
        with pytest.raises(ConflictError):
            left_with(*insufficient)


def test_who_has_ceased_to_be_an_administrator_changes_no_role():
    with pytest.raises(NotAllowedError):
        left_with(role("administrator"), before=role("administrator", ends_on=TODAY - DAY))


def test_roles_become_lines():
    content = Roles([HeldRole(role="analyst", ends_on=TODAY)], student=uuid.UUID(JO))
    assert lines_of("ada", content) == [role("analyst", ends_on=TODAY), HERSELF]
    with pytest.raises(InvalidRequestError, match=r"roles\[1\]"):
        lines_of("ada", Roles([HeldRole(role="analyst"), HeldRole(role="analyst")]))


def test_nothing_ends_before_it_begins():
    with pytest.raises(ValueError, match="before"):
        Span(begins_on=TODAY, ends_on=TODAY - DAY)


OWN_COURSE = {"course": "MATH-101", "student": "5a0a6b1e-0000-4000-8000-000000000002"}


@pytest.mark.parametrize("dates", [{}, {"begins_on": TODAY + DAY}])
def test_nobody_enrols_into_a_course_that_she_teaches_or_will_teach(dates):
    for name in ("registrar", "integrator"):
        lines = [role(name), Line("ada", "teaches", "MATH-101", **dates)]
        assert asked(Action.PUT_ENROLMENTS, *lines, **OWN_COURSE) is None
        assert asked(Action.PUT_ENROLMENTS, *lines, **{**OWN_COURSE, "course": "LAW"}) is not None
        told = takes_another(ADA, Action.PUT_ENROLMENTS, About(**OWN_COURSE), lines, TODAY)
        assert told is not None
        assert "You teach MATH-101" in told


def test_who_has_taught_a_course_may_enrol_into_it():
    past = TEACHES._replace(ends_on=TODAY - DAY)
    assert asked(Action.PUT_ENROLMENTS, role("integrator"), past, **OWN_COURSE) is not None


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Action.ACT_ON_ALERT, TEACHES),
        (Action.READ_ALERT, TEACHES),
        (Action.ANSWER_FOR_RECORDS, role("privacy_officer")),
        (Action.ASSIGN_ADVISER, role("integrator")),
        (Action.DECIDE_CORRECTION, role("registrar")),
        (Action.PUT_ENROLMENTS, role("registrar")),
        (Action.RECORD_DISCLOSURE, role("registrar")),
    ],
)
def test_nobody_decides_on_her_own_record(action, line):
    about = {"course": "MATH-101", "student": JO, "person": "bob"}
    lines = [role("analyst"), line, HERSELF]
    asked_of = ADA, action, About(**about), lines, TODAY
    words = takes_another(*asked_of)

    assert decide(*asked_of) is None
    assert words is not None
    if action is not Action.PUT_ENROLMENTS:
        assert "your own record" in words
    lines.remove(HERSELF)
    assert (decide(*asked_of) is None, takes_another(*asked_of)) == (False, None)


def test_who_might_not_anyway_is_told_nothing():
    for action in Action:
        about = About(course="MATH-101", student=JO, person="ada")
        assert takes_another(ADA, action, about, [], TODAY) is None


def test_a_permission_tells_who_she_is_herself():
    found = asked(Action.READ_STUDENT, role("registrar"), HERSELF, student=JO)
    assert found == Permit("is registrar", None, frozenset({JO}))
