"""Silence, at, just below and just above its thresholds."""

from __future__ import annotations

import pytest

from chalicelib.domain.indicators import Severity
from chalicelib.domain.policy import K12
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext
from tests.standings import fires, said, standing

TODAY = 20_000
ACTIVE = CourseContext("C", median_day=TODAY - 1, enrolled=10)


@pytest.mark.parametrize(
    ("days", "severity"),
    [(13, None), (14, Severity.ELEVATED), (27, Severity.ELEVATED), (28, Severity.HIGH)],
)
def test_silence_begins_after_a_fortnight_and_is_urgent_after_two(days, severity):
    found = said(standing(active_day=TODAY - days), ACTIVE).get("silence")
    assert (found and found.severity) == severity


@pytest.mark.parametrize(("days", "firing"), [(6, None), (7, True)])
def test_schools_wait_for_a_week(days, firing):
    assert fires("silence", standing(active_day=TODAY - days), ACTIVE, K12) == firing


def test_work_that_is_handed_in_breaks_the_silence():
    one = standing(active_day=TODAY - 30, submitted_day=TODAY - 13)
    assert fires("silence", one, ACTIVE) is None


@pytest.mark.parametrize(("class_days", "firing"), [(13, True), (14, None)])
def test_a_silent_class_silences_nobody(class_days, firing):
    context = CourseContext("C", median_day=TODAY - class_days)
    assert fires("silence", standing(active_day=TODAY - 40), context) == firing
    assert fires("silence", standing(active_day=TODAY - 40)) is None


@pytest.mark.parametrize(("enrolled_for", "firing"), [(13, None), (14, True)])
def test_who_was_never_seen_is_silent_since_the_enrolment(enrolled_for, firing):
    spans = (((TODAY - enrolled_for) * MICROS_PER_DAY, 2**62),)
    assert fires("silence", standing(enrolled=spans), ACTIVE) == firing


def test_who_was_never_seen_and_never_enrolled_is_not_silent():
    assert fires("silence", standing(), ACTIVE) is None
    assert fires("silence", standing(enrolled=((-(2**62), 2**62),)), ACTIVE) is None


@pytest.mark.parametrize(("begun_for", "firing"), [(13, None), (14, True)])
def test_nobody_is_silent_before_the_course_begins(begun_for, firing):
    context = ACTIVE._replace(begins_us=(TODAY - begun_for) * MICROS_PER_DAY)
    one = standing(enrolled=(((TODAY - 200) * MICROS_PER_DAY, 2**62),))
    assert fires("silence", one, context) == firing


def test_silence_is_told_in_words_that_stay_the_same_from_day_to_day():
    found = said(standing(active_day=TODAY - 20), ACTIVE)["silence"]
    assert found.because == (
        "No activity and nothing handed in since 2024-09-14, for 14 days or more, while half of "
        "the class was active."
    )
    assert found.evidence == {"silent_days": 20, "class_silent_days": 1, "threshold_days": 14}


def test_of_a_class_of_nine_it_is_not_told_when_half_of_it_was_seen():
    found = said(standing(active_day=TODAY - 20), ACTIVE._replace(enrolled=9))["silence"]
    assert found.evidence == {"silent_days": 20, "threshold_days": 14}
