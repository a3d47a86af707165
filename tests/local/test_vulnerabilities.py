"""An audit that could not ask anybody has not passed."""

from __future__ import annotations

import pytest

from local.vulnerabilities import FAILED, NOT_RUN, PASSED, judged

SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
UNSOUND = {"name": "rich", "version": "15.0.0", "vulns": [{"id": "PYSEC-2099-1"}]}
UNKNOWN = {"name": "rich", "skip_reason": "could not be audited"}


@pytest.mark.parametrize(
    ("packages", "outcome"),
    [
        ([SOUND], PASSED),
        ([SOUND, UNSOUND], FAILED),
        ([SOUND, UNKNOWN], FAILED),
        ([UNKNOWN, UNKNOWN], NOT_RUN),
        ([], NOT_RUN),
    ],
)
def test_only_packages_that_were_all_looked_up_pass(packages, outcome):
    assert judged({"dependencies": packages})[0] == outcome


def test_a_vulnerability_is_named():
    assert judged({"dependencies": [UNSOUND]})[1] == ["rich 15.0.0: PYSEC-2099-1"]
