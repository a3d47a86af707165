"""Who is told of an alert: whoever has it, else those who are responsible."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.routing import Staff, recipients
from tests.builders import START, STUDENTS
from tests.messages import announcement

A = STUDENTS[0]
STAFF = Staff(
    instructors={"MATH-1": ["ines", "ivo"]},
    advisers={A: ["ada", "ivo"], NOBODY: ["zoe"]},
    left=["otto"],
)


@pytest.mark.parametrize(
    ("more", "staff", "told", "expected"),
    [
        ({}, STAFF, (), ("ines", "ivo", "ada")),
        ({"student": STUDENTS[1]}, STAFF, (), ("ines", "ivo")),
        ({"course": "LAW-1"}, STAFF, (), ("ada", "ivo")),
        ({"course": ""}, STAFF, (), ("ada", "ivo")),
        ({"student": NOBODY}, STAFF, (), ("ines", "ivo")),
        ({"student": NOBODY, "course": "LAW-1"}, STAFF, (), ("instructor of LAW-1",)),
        ({}, Staff(), (), ("instructor of MATH-1",)),
        ({"course": ""}, Staff(), (), ("advisers",)),
        ({"assignee": "ben"}, STAFF, (), ("ben",)),
        ({"assignee": "ben", "student": NOBODY}, STAFF, (), ("ben",)),
        ({"kind": "assigned", "assignee": "ben"}, STAFF, (), ("ben",)),
        ({"kind": "assigned"}, STAFF, (), ()),
        ({"kind": "escalated"}, STAFF, ("ines",), ("ines", "ivo", "ada")),
        ({"kind": "cleared"}, STAFF, (), ("ines", "ivo", "ada")),
        ({"kind": "cleared"}, STAFF, ("ivo", "old", "ivo"), ("ivo", "old")),
        ({"kind": "cleared", "assignee": "ben"}, STAFF, ("ines",), ("ines",)),
        ({"assignee": "otto"}, STAFF, (), ("ines", "ivo", "ada")),
        ({"kind": "assigned", "assignee": "otto"}, STAFF, (), ()),
        ({"kind": "cleared"}, STAFF, ("otto", "ivo"), ("ivo",)),
        ({"kind": "cleared"}, STAFF, ("otto",), ("ines", "ivo", "ada")),
        ({"kind": "woken", "due_at": START, "snoozed_until": START}, Staff(), (), None),
        ({"kind": "woken", "due_at": START, "snoozed_until": None}, STAFF, (), ()),
        (
            {"kind": "woken", "due_at": START, "snoozed_until": START + dt.timedelta(days=1)},
            STAFF,
            (),
            (),
        ),
    ],
)
def test_who_is_told(more, staff, told, expected):
    wanted = ("instructor of MATH-1",) if expected is None else expected
    assert recipients(announcement(1, **more), staff, told) == wanted
