from __future__ import annotations

from chalicelib.domain.alerts import OpenAlert, reconcile
from chalicelib.domain.indicators import Finding, Severity

LOW = Finding("low_marks", Severity.HIGH, "Low.", {})
OPEN = OpenAlert(1, "s", "C", "low_marks", Severity.HIGH, "Low.")


def test_a_firing_finding_opens_an_alert_once():
    assert reconcile([], [LOW]).to_open == [LOW]
    assert reconcile([OPEN], [LOW]) == ([], [], [])


def test_a_lingering_finding_opens_none_and_clears_none():
    lingering = LOW._replace(fires=False)
    assert reconcile([], [lingering]) == ([], [], [])
    assert reconcile([OPEN], [lingering]) == ([], [], [])


def test_new_numbers_update_an_open_alert():
    lower = LOW._replace(because="Lower.")
    assert reconcile([OPEN], [lower]).to_update == [(OPEN, lower)]


def test_an_alert_without_a_finding_clears():
    assert reconcile([OPEN], []).to_clear == [OPEN]
