"""Each rule at, just below and just above its threshold, and the sentence that it says."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.domain.indicators import Severity, evaluate, risk, risk_bucket, risk_total
from chalicelib.domain.policy import HIGHER_EDUCATION, K12
from chalicelib.domain.score import scale
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext, DueItem
from chalicelib.domain.work import Result
from tests.standings import EMPTY, marked, standing

NOW_US = 100 * MICROS_PER_DAY


def due(item="essay", day=50, handed_in=9, expected=10):
    return DueItem(item, item.title(), day * MICROS_PER_DAY, handed_in, expected)


def said(one, context=EMPTY, policy=HIGHER_EDUCATION, now_us=NOW_US):
    return {finding.rule: finding for finding in evaluate(one, context, policy, now_us)}


@pytest.mark.parametrize(
    ("mean_bp", "fires"), [(0, True), (3999, True), (4000, False), (4199, False), (4200, None)]
)
def test_low_marks_fire_below_the_pass_mark_and_linger_up_to_two_points_above(mean_bp, fires):
    found = said(marked(mean_bp)).get("low_marks")
    assert (found and found.fires) == fires


def test_low_marks_say_how_low():
    found = said(marked(3000, 4500))["low_marks"]
    assert found.because == "The mean of 2 marks is 37.50 %; 40 % is the pass mark."
    assert found.severity is Severity.HIGH
    assert found.evidence == {
        "mean_bp": 3750,
        "threshold_bp": 4000,
        "marks_bp": [3000, 4500],
        "events": ["uid-0", "uid-1"],
    }


@pytest.mark.parametrize(
    ("mean_bp", "severity"),
    [(6499, Severity.HIGH), (6500, Severity.ELEVATED), (7199, Severity.ELEVATED)],
)
def test_schools_warn_early(mean_bp, severity):
    assert said(marked(mean_bp), policy=K12)["low_marks"].severity is severity


@pytest.mark.parametrize(
    ("attended", "held", "severity"),
    [
        (17, 19, None),  # too few sessions were held
        (18, 20, Severity.ELEVATED),  # 90 %
        (181, 200, None),  # 90.5 %: lingers, see below
        (80, 100, Severity.HIGH),
        (81, 100, Severity.ELEVATED),
    ],
)
def test_chronic_absence_fires_at_nine_sessions_in_ten(attended, held, severity):
    found = said(standing(sessions=held, attended=attended)).get("chronic_absence")
    firing = found if found and found.fires else None
    assert (firing and firing.severity) == severity


def test_chronic_absence_lingers_for_one_point():
    found = said(standing(sessions=200, attended=182))
    assert not found["chronic_absence"].fires
    assert said(standing(sessions=200, attended=183)) == {}


def test_chronic_absence_says_how_often():
    found = said(standing(sessions=40, attended=34))["chronic_absence"]
    assert found.because == "Attended 34 of 40 sessions (85 %); 90 % or less is chronic absence."


@pytest.mark.parametrize(
    ("day", "settled", "handed_in", "missing"),
    [
        (93, [], 9, True),  # due seven days ago: the grace is over
        (93.01, [], 9, False),
        (50, ["essay"], 9, False),
        (50, [], 5, True),  # half of the class
        (50, [], 4, False),  # less: the course's problem
    ],
)
def test_work_is_missing_after_the_grace_when_most_of_the_class_has_handed_it_in(
    day, settled, handed_in, missing
):
    context = CourseContext("C", (due(day=round(day * 100) / 100, handed_in=handed_in),))
    context = context._replace(
        items=tuple(i._replace(due_us=round(day * MICROS_PER_DAY)) for i in context.items)
    )
    assert (
        "missing_work" in said(standing(work=[Result(item) for item in settled]), context)
    ) == missing


def test_missing_work_names_what_is_missing():
    context = CourseContext("C", (due("essay"), due("report", 60)))
    found = said(standing(), context)["missing_work"]
    assert found.severity is Severity.HIGH
    assert found.because == (
        "2 pieces of work not handed in, 7 days or more after the due date: Essay, Report."
    )
    assert found.evidence == {
        "items": ["essay", "report"],
        "grace_days": 7,
        "threshold_bp": 5000,
        "handed_in_by_class": {},
    }


@pytest.mark.parametrize(
    ("handed_in", "expected", "told"),
    [(10, 20, "10/20"), (9, 18, None), (11, 20, None), (38, 40, None), (30, 40, "30/40")],
)
def test_how_many_have_handed_it_in_is_told_where_neither_they_nor_the_others_are_few(
    handed_in, expected, told
):
    essay = due("essay")._replace(handed_in=handed_in, expected=expected)
    found = said(standing(), CourseContext("C", (essay,)))["missing_work"]
    assert found.evidence["handed_in_by_class"].get("essay") == told


def test_nothing_was_due_for_who_was_not_enrolled_then():
    context = CourseContext("C", (due("essay", 50),))
    late_comer = standing(enrolled=((60 * MICROS_PER_DAY, 2**62),))
    assert said(late_comer, context) == {}


def test_nothing_is_said_of_who_is_not_enrolled_now():
    gone = replace(marked(1000), enrolled=((0, 90 * MICROS_PER_DAY),))
    assert said(gone) == {}
    assert risk(gone, EMPTY, HIGHER_EDUCATION, NOW_US).total == 0


def test_risk_shows_its_parts_and_never_passes_a_hundred():
    context = CourseContext("C", (due("essay"), due("report", 60)))
    found = risk(standing(sessions=40, attended=36), context, HIGHER_EDUCATION, NOW_US)
    assert found.parts["absence"] == 25
    assert found.total == pytest.approx(sum(found.parts.values()), abs=4)

    worst = replace(marked(0), sessions=40, attended=0)
    assert risk(worst, context, HIGHER_EDUCATION, NOW_US).total == 100


@pytest.mark.parametrize("dated", [True, False])
def test_the_risk_without_its_parts_is_the_same(dated):
    context = CourseContext("C", (due("essay"), due("report", 60)) if dated else ())
    by = scale(context, HIGHER_EDUCATION.low_mark_bp, NOW_US) if dated else None
    for one in (
        marked(3000, 9000),
        marked(12_000),
        standing(sessions=40, attended=30),
        replace(marked(0), sessions=40, attended=0),
        replace(marked(1000), enrolled=((0, 90 * MICROS_PER_DAY),)),
    ):
        whole = risk(one, context, HIGHER_EDUCATION, NOW_US).total
        assert risk_total(one, HIGHER_EDUCATION, NOW_US, by) == whole


def test_before_anything_was_due_marks_alone_make_the_risk():
    assert risk(marked(5000), EMPTY, HIGHER_EDUCATION, NOW_US).parts == {"marks": 20, "absence": 0}


def test_extra_credit_is_no_negative_risk():
    assert risk(marked(12_000), EMPTY, HIGHER_EDUCATION, NOW_US).total == 0


@pytest.mark.parametrize(("total", "bucket"), [(0, 0), (4, 0), (5, 1), (99, 19), (100, 20)])
def test_risk_sorts_by_steps_of_five(total, bucket):
    assert risk_bucket(total) == bucket
