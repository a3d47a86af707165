from __future__ import annotations

import pytest

from chalicelib.domain.alerts import OpenAlert, QuietAlert, reconcile
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


@pytest.mark.parametrize(("severity", "opens"), [(1, True), (2, True), (3, False)])
def test_what_was_closed_a_short_while_ago_stays_quiet_unless_it_is_worse(severity, opens):
    quiet = [QuietAlert("s", "C", "low_marks", 1), QuietAlert("s", "C", "low_marks", severity)]

    assert reconcile([], [LOW], quiet).to_open == ([LOW] if opens else [])


def test_quiet_is_of_one_rule_alone():
    quiet = [QuietAlert("s", "C", "silence", Severity.HIGH)]

    assert reconcile([], [LOW], quiet).to_open == [LOW]


def test_an_open_alert_keeps_up_while_an_earlier_one_is_quiet():
    lower = LOW._replace(because="Lower.")
    quiet = [QuietAlert("s", "C", "low_marks", Severity.HIGH)]

    assert reconcile([OPEN], [lower], quiet).to_update == [(OPEN, lower)]
