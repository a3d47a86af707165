"""What went well, at, just below and just above its thresholds."""

from __future__ import annotations

import pytest

from chalicelib.domain.indicators import Severity, worth_an_alert
from tests.standings import marked, said


@pytest.mark.parametrize(("latest_bp", "told"), [(6499, False), (6500, True)])
def test_an_improvement_of_fifteen_points_is_strong(latest_bp, told):
    found = said(marked(5000, 5000, latest_bp, latest_bp))
    assert ("strong_improvement" in found) == told


def test_an_improvement_is_told_in_words_and_opens_no_alert():
    found = said(marked(5000, 5000, 7000, 7100))["strong_improvement"]
    assert found.because == (
        "The mean of the latest 2 marks is 70.50 %, 20.50 points above the 50 % of the marks "
        "before."
    )
    assert (found.severity, found.fires) == (Severity.GOOD, False)
    assert worth_an_alert([found]) == []
    assert found.evidence["events"] == ["uid-2", "uid-3"]


@pytest.mark.parametrize(
    ("before_bp", "latest_bp", "told"),
    [
        (3999, 4401, True),  # the mean is 42.00: past where low marks clear
        (3999, 4400, False),
        (4000, 6000, False),  # had not failed
    ],
)
def test_who_had_failed_has_recovered_where_low_marks_clear(before_bp, latest_bp, told):
    found = said(marked(before_bp, before_bp, latest_bp, latest_bp))
    assert ("recovered" in found) == told


def test_a_recovery_is_told_in_words():
    found = said(marked(3000, 3000, 7000, 7000))["recovered"]
    assert found.because == (
        "The mean was 30 %, below the pass mark of 40 %; with the latest 2 marks it is 50 %."
    )
    assert (found.severity, found.fires) == (Severity.GOOD, False)
