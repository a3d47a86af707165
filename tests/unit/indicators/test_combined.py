"""Rules that look beyond one standing, at, just below and just above their thresholds."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.domain.facts import SUSPENSION
from chalicelib.domain.indicators import Severity, look_beyond
from chalicelib.domain.indicators.combined import (
    ABSENT,
    FAILING_ENGLISH,
    FAILING_MATHEMATICS,
    SUSPENDED,
    flags_of,
)
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext, Signals
from tests.standings import EMPTY, NOW_US, marked, standing

MATHEMATICS = CourseContext("C", subject="mathematics")


def beyond(one, context=EMPTY, risk=0, **signals):
    flags = flags_of(one, context, HIGHER_EDUCATION, NOW_US)
    found = look_beyond(flags, risk, Signals(**signals), HIGHER_EDUCATION)
    return {finding.rule: finding for finding in found}


@pytest.mark.parametrize(
    ("before", "now", "firing"),
    [(None, 90, None), (60, 65, True), (60, 64, False), (60, 63, False), (60, 62, None)],
)
def test_risk_changes_suddenly_by_five_points_and_clears_below_three(before, now, firing):
    found = beyond(standing(), risk=now, risk_before=before).get("sudden_change")
    assert (found and found.fires) == firing


@pytest.mark.parametrize(("now", "firing"), [(50, True), (49, None)])
def test_a_risk_that_stays_low_changes_unnoticed(now, firing):
    found = beyond(standing(), risk=now, risk_before=10).get("sudden_change")
    assert (found and found.fires) == firing


def test_a_sudden_change_is_told_in_words():
    found = beyond(standing(), risk=61, risk_before=32)["sudden_change"]
    assert found.because == "The risk rose by 29 points in 7 days, from 32 to 61 of 100."
    assert found.severity is Severity.WATCH


@pytest.mark.parametrize(
    ("attended", "held", "flags"), [(80, 100, ABSENT), (81, 100, 0), (0, 19, 0), (0, 20, ABSENT)]
)
def test_severe_absence_is_a_flag(attended, held, flags):
    one = standing(sessions=held, attended=attended)
    assert flags_of(one, EMPTY, HIGHER_EDUCATION, NOW_US) == flags


@pytest.mark.parametrize(
    ("subject", "mean_bp", "flags"),
    [
        ("mathematics", 3999, FAILING_MATHEMATICS),
        ("mathematics", 4000, 0),
        ("maths", 0, FAILING_MATHEMATICS),
        ("english language arts", 3999, FAILING_ENGLISH),
        ("history", 0, 0),
        ("", 0, 0),
    ],
)
def test_failing_mathematics_or_english_is_a_flag(subject, mean_bp, flags):
    context = CourseContext("C", subject=subject)
    assert flags_of(marked(mean_bp), context, HIGHER_EDUCATION, NOW_US) == flags


def test_a_suspension_is_a_flag():
    ago = NOW_US - 10 * MICROS_PER_DAY
    one = standing(conduct=((ago, "uid", SUSPENSION),))
    assert flags_of(one, EMPTY, HIGHER_EDUCATION, NOW_US) == SUSPENDED


@pytest.mark.parametrize(
    ("elsewhere", "firing"),
    [(0, False), (FAILING_MATHEMATICS, False), (FAILING_ENGLISH, True), (ABSENT | 8, True)],
)
def test_two_flags_in_whatever_courses_are_several_at_once(elsewhere, firing):
    found = beyond(marked(3000), MATHEMATICS, flags_elsewhere=elsewhere)
    assert ("several_at_once" in found) == firing


def test_a_course_without_a_flag_of_its_own_is_left_out():
    assert beyond(marked(9000), MATHEMATICS, flags_elsewhere=ABSENT | SUSPENDED) == {}


def test_several_at_once_is_told_in_words():
    one = replace(marked(3000), sessions=40, attended=30)
    found = beyond(one, MATHEMATICS, flags_elsewhere=SUSPENDED)["several_at_once"]
    assert found.because == (
        "Several at once: attendance of 80 % or less, failing mathematics here, and more elsewhere."
    )
    assert found.severity is Severity.HIGH
    assert found.evidence == {
        "flags": ["attendance of 80 % or less", "failing mathematics"],
        "more_elsewhere": True,
        "threshold_flags": 2,
    }


@pytest.mark.parametrize("elsewhere", [0, ABSENT, FAILING_MATHEMATICS])
def test_what_other_courses_show_as_well_is_no_more(elsewhere):
    one = replace(marked(3000), sessions=40, attended=30)
    found = beyond(one, MATHEMATICS, flags_elsewhere=elsewhere)["several_at_once"]
    assert found.because == "Several at once: attendance of 80 % or less, failing mathematics."
    assert found.evidence["more_elsewhere"] is False


def test_what_other_courses_show_is_not_told_apart():
    told = {
        beyond(marked(3000), MATHEMATICS, flags_elsewhere=more)["several_at_once"][:4].__repr__()
        for more in (ABSENT, FAILING_ENGLISH, SUSPENDED, ABSENT | FAILING_ENGLISH | SUSPENDED)
    }
    assert len(told) == 1


def test_who_is_not_enrolled_shows_no_flag():
    gone = replace(marked(3000), enrolled=((0, NOW_US),))
    assert flags_of(gone, MATHEMATICS, HIGHER_EDUCATION, NOW_US) == 0
