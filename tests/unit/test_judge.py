"""What is judged of a batch: what it has changed, and nothing that was judged as it is."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from chalicelib.domain.delivery import Outcome
from chalicelib.domain.facts import WORK
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.domain.standing import Touched
from chalicelib.services.judge import Judge
from tests.standings import marked

NOW = dt.datetime(2024, 10, 4, tzinfo=dt.UTC)
FAILING = Touched(marked(2000, 2500, 3000), 0, 0, 1, place="(0,1)")


class Kept:
    """The transaction of a class nobody has described; keeps what it is told."""

    def __init__(self):
        self.saved, self.findings, self.asked = [], {}, []

    def load_policies(self):
        return {}

    def load_contexts(self, courses):
        return {}

    def save_standings(self, touched):
        self.saved += touched

    def ask_for_alerts(self, pairs, as_of):
        self.asked += pairs

    def reconcile_alerts(self, findings, as_of, policy_of):
        self.findings = findings
        return Outcome()


@pytest.mark.parametrize(
    "new",
    [
        msgspec.structs.replace(FAILING, changed=WORK),
        msgspec.structs.replace(FAILING, place=""),
    ],
    ids=["changed", "not kept yet"],
)
def test_what_a_batch_has_changed_is_judged_and_saved(new):
    kept = Kept()
    Judge(HIGHER_EDUCATION).judge(kept, [[new]], NOW)

    assert [one.standing for one in kept.saved] == [FAILING.standing]
    assert [f.rule for f in kept.findings["s", "C"]] == ["low_marks"]
    assert kept.asked == [("s", "C")]


def test_what_is_as_it_was_is_left_to_the_sweep():
    kept = Kept()
    Judge(HIGHER_EDUCATION).judge(kept, [[FAILING]], NOW)

    assert (kept.saved, kept.findings) == ([], {})
