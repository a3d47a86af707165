"""Conduct, at, just below and just above its thresholds."""

from __future__ import annotations

import pytest

from chalicelib.domain.facts import COMMENDATION, INCIDENT, SUSPENSION
from chalicelib.domain.indicators import Severity
from chalicelib.domain.standing import MICROS_PER_DAY
from tests.standings import NOW_US, fires, said, standing


def conducted(*days_ago, kind=INCIDENT):
    told = [
        (round(NOW_US - ago * MICROS_PER_DAY), f"uid-{n}", kind) for n, ago in enumerate(days_ago)
    ]
    return standing(conduct=tuple(sorted(told)))


@pytest.mark.parametrize(
    ("days", "severity"),
    [(1, None), (2, Severity.WATCH), (4, Severity.WATCH), (5, Severity.HIGH)],  # of 90
)
def test_incidents_on_more_than_two_or_five_days_in_a_hundred(days, severity):
    found = said(conducted(*range(days))).get("conduct")
    assert (found and found.severity) == severity


def test_many_incidents_on_one_day_are_one_day():
    assert fires("conduct", conducted(0.1, 0.2, 0.3, 0.4, 0.5)) is None


@pytest.mark.parametrize(("ago", "firing"), [(89.9, True), (90, None)])
def test_a_student_recovers_as_the_window_moves_on(ago, firing):
    assert fires("conduct", conducted(1, ago)) == firing


@pytest.mark.parametrize(("ago", "severity"), [(0, Severity.HIGH), (90, None), (-1, None)])
def test_one_suspension_is_urgent(ago, severity):
    found = said(conducted(ago, kind=SUSPENSION)).get("conduct")
    assert (found and found.severity) == severity


def test_commendations_are_no_trouble():
    assert fires("conduct", conducted(*range(9), kind=COMMENDATION)) is None


def test_conduct_is_told_in_words():
    found = said(conducted(1, 2, 3))["conduct"]
    assert found.because == (
        "Incidents on 3 days in the last 90 days; incidents on more than 2 % of days need "
        "attention."
    )
    assert found.evidence == {
        "incident_days": 3,
        "suspensions": 0,
        "window_days": 90,
        "threshold_bp": 200,
        "events": ["uid-2", "uid-1", "uid-0"],
    }
    assert said(conducted(1, kind=SUSPENSION))["conduct"].because == (
        "1 suspension in the last 90 days."
    )
