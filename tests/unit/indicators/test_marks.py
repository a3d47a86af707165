"""Rules about marks, at, just below and just above their thresholds."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.domain.indicators import Severity, worth_an_alert
from chalicelib.domain.policy import K12
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext
from tests.standings import fires, marked, said

CLASS = CourseContext("C", mean_bp=6000, marked=20, low_bp=5000)


@pytest.mark.parametrize(
    ("mark_bp", "firing"), [(0, True), (3999, True), (4000, False), (4199, False), (4200, None)]
)
def test_a_first_assessment_fails_below_the_pass_mark(mark_bp, firing):
    assert fires("first_assessment_failed", marked(mark_bp)) == firing


@pytest.mark.parametrize(("marks", "firing"), [(1, True), (3, True), (4, None)])
def test_a_failed_first_assessment_is_news_while_there_are_three_marks_or_fewer(marks, firing):
    one = marked(3000, *[4000] * (marks - 1))
    assert fires("first_assessment_failed", one) == firing


@pytest.mark.parametrize(("second_bp", "firing"), [(5399, True), (5400, None)])
def test_a_failed_first_assessment_is_made_good_where_low_marks_clear(second_bp, firing):
    assert fires("first_assessment_failed", marked(3000, second_bp)) == firing


def test_a_failed_first_assessment_is_told_in_words():
    found = said(marked(3950))["first_assessment_failed"]
    assert found.because == ("The first marked work was given 39.50 %; 40 % is the pass mark.")
    assert found.severity is Severity.ELEVATED
    assert found.evidence == {
        "mark_bp": 3950,
        "threshold_bp": 4000,
        "items": ["item-0"],
        "events": ["uid-0"],
    }


def test_a_regrade_does_not_make_the_first_assessment_the_last():
    one = marked(3000, 5000)
    due = [replace(r, due_us=(n + 1) * MICROS_PER_DAY) for n, r in enumerate(one.work)]
    due[0] = replace(due[0], scored_us=9 * MICROS_PER_DAY)
    assert fires("first_assessment_failed", replace(one, work=due)) is True


def test_no_second_alert_is_kept_for_the_same_marks():
    found = said(marked(3000)).values()
    assert [one.rule for one in found] == ["low_marks", "first_assessment_failed"]
    assert [one.rule for one in worth_an_alert(found)] == ["low_marks"]


@pytest.mark.parametrize(
    ("latest_bp", "firing"),
    [(5500, True), (5501, False), (5999, False), (6000, None), (7000, None)],
)
def test_marks_fall_at_fifteen_points_and_clear_at_ten(latest_bp, firing):
    assert fires("falling_marks", marked(7000, 7000, latest_bp, latest_bp)) == firing


def test_a_trend_needs_two_marks_and_two_before():
    assert fires("falling_marks", marked(9000, 3000, 3000)) is None
    assert fires("falling_marks", marked(9000, 9000, 3000, 3000)) is True
    assert fires("falling_marks", marked(*[9000] * 2, *[3000] * 3), policy=K12) is None
    assert fires("falling_marks", marked(*[9000] * 3, *[3000] * 3), policy=K12) is True


def test_falling_marks_are_told_in_words():
    found = said(marked(7000, 7100, 5000, 5050))["falling_marks"]
    assert found.because == (
        "The mean of the latest 2 marks is 50.25 %, 20.25 points below the 70.50 % of the marks "
        "before."
    )
    assert found.severity is Severity.ELEVATED
    assert found.evidence["events"] == ["uid-2", "uid-3"]
    assert found.evidence["threshold_bp"] == 1500


@pytest.mark.parametrize(
    ("mean_bp", "firing", "severity"),
    [
        (4500, True, Severity.ELEVATED),  # 25 % below 60
        (4501, True, Severity.WATCH),  # in the lowest 15 %
        (5000, True, Severity.WATCH),
        (5001, False, Severity.WATCH),
        (5250, False, Severity.WATCH),
        (5251, None, None),
    ],
)
def test_a_student_is_below_the_class_by_share_or_by_percentile(mean_bp, firing, severity):
    found = said(marked(mean_bp), CLASS).get("below_the_class")
    assert (found and found.fires) == firing
    assert (found and found.severity) == severity


@pytest.mark.parametrize(("marked_students", "firing"), [(9, None), (10, True)])
def test_a_student_can_be_below_a_class_of_ten_or_more(marked_students, firing):
    context = CLASS._replace(marked=marked_students)
    assert fires("below_the_class", marked(4900), context) == firing
    assert fires("below_the_class", marked(1000), context) == firing


@pytest.mark.parametrize(("low_bp", "firing"), [(5500, True), (5501, False), (5800, None)])
def test_the_lowest_of_a_class_that_is_all_alike_are_not_below_it(low_bp, firing):
    context = CLASS._replace(low_bp=low_bp)
    assert fires("below_the_class", marked(low_bp), context) == firing


def test_nobody_is_below_a_class_without_marks():
    assert fires("below_the_class", marked(0)) is None


def test_below_the_class_is_told_in_words():
    found = said(marked(4000, 4500), CLASS)["below_the_class"]
    assert found.because == "The mean of 2 marks is 42.50 %; the class's is 60 %."
    assert found.evidence == {
        "mean_bp": 4250,
        "class_mean_bp": 6000,
        "in_lowest_15_percent": True,
        "threshold_below_class_bp": 2500,
        "events": ["uid-0", "uid-1"],
    }


def test_the_mean_of_a_class_is_told_to_the_whole_percent_and_no_one_else_s_mean_at_all():
    told = said(marked(4000), CLASS._replace(mean_bp=5776, low_bp=4321))["below_the_class"]
    assert told.because == "The mean of 1 mark is 40 %; the class's is 58 %."
    assert told.evidence["class_mean_bp"] == 5800
    assert 4321 not in told.evidence.values()
