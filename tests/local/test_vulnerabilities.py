"""An audit that could not ask anybody has not passed."""

from __future__ import annotations

import pytest

from local.vulnerabilities import FAILED, NOT_RUN, PASSED, judged, judged_npm, together

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


def npm(*names: str) -> dict[str, object]:
    return {"vulnerabilities": {name: {"severity": "high"} for name in names}}


@pytest.mark.parametrize(
    ("report", "outcome", "said"),
    [
        (npm(), PASSED, []),
        (npm("kinesalite"), PASSED, ["npm kinesalite: high, in tests alone"]),
        (npm("aws-cdk"), FAILED, ["npm aws-cdk: high"]),
        (npm("a", "aws-cdk"), FAILED, ["npm a: high, in tests alone", "npm aws-cdk: high"]),
        ({"message": "405 Method Not Allowed"}, NOT_RUN, ["npm: 405 Method Not Allowed"]),
    ],
)  # fmt: skip
def test_of_what_npm_brings_that_fails_which_deploys(report, outcome, said):
    assert judged_npm(report) == (outcome, said)


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ([PASSED, PASSED], PASSED),
        ([PASSED, NOT_RUN], NOT_RUN),
        ([NOT_RUN, FAILED], FAILED),
    ],
)
def test_one_part_that_was_not_checked_is_not_passed_over(outcomes, worst):
    assert together([(one, [str(one)]) for one in outcomes]) == (worst, list(map(str, outcomes)))
