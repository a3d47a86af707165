"""When work that is not handed in is the course's problem."""

from __future__ import annotations

import pytest

from chalicelib.domain.course_problem import class_missing_work
from chalicelib.domain.indicators import Severity
from chalicelib.domain.policy import HIGHER_EDUCATION, changed
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext, DueItem

POLICY = changed(
    HIGHER_EDUCATION,
    {
        "grace_days": 7,
        "class_gate_bp": 5000,
        "course_problem_students": 5,
        "course_problem_days": 28,
    },
)
DAY = MICROS_PER_DAY


def found(*items, day=20):
    """Return what is found on a day of (handed in, expected, due on day) of each item."""
    listed = tuple(
        DueItem(f"i{n}", f"Item {n}", None if due is None else due * DAY, done, of)
        for n, (done, of, due) in enumerate(items)
    )
    return class_missing_work(CourseContext("C", listed), POLICY, day * DAY)


def test_most_of_the_class_lacks_it():
    finding = found((1, 8, 10))

    assert (finding.rule, finding.severity) == ("class_missing_work", Severity.ELEVATED)
    assert finding.because == (
        "Most of the class has not handed in, 7 days or more after the due date: Item 0 "
        "(1 of 8 did)."
    )
    assert finding.evidence == {
        "items": ["i0"],
        "handed_in_by_class": {"i0": "1/8"},
        "grace_days": 7,
        "threshold_bp": 5000,
    }


def test_all_such_work_of_a_course_is_one_finding():
    assert found((1, 8, 10), (8, 8, 10), (0, 8, 12)).evidence["items"] == ["i0", "i2"]


@pytest.mark.parametrize(
    ("item", "day", "fires"),
    [
        ((3, 8, 10), 20, True),
        ((4, 8, 10), 20, False),  # at the gate it is the students' own
        ((0, 4, 10), 20, False),  # too small a class
        ((0, 5, 10), 20, True),
        ((0, 8, None), 20, False),
        ((0, 8, 10), 16, False),  # within the days of grace
        ((0, 8, 10), 17, True),
        ((0, 8, 10), 44, True),
        ((0, 8, 10), 45, False),  # no longer due: nobody will hand it in
    ],
)
def test_it_fires_from_the_grace_on_for_a_while_below_the_gate(item, day, fires):
    assert (found(item, day=day) is not None) == fires
