"""A migration puts what was told before of other courses and of a few as it is told now."""

from __future__ import annotations

import contextlib
import json

import pytest

from chalicelib.adapters.migrations import files
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.policies import PostgresPolicies
from chalicelib.domain.in_force import Policies
from chalicelib.domain.policy import HIGHER_EDUCATION
from tests.builders import STUDENTS
from tests.rosters import as_owner

(FILE,) = (path for path in files() if path.stem.endswith("figures_of_a_few"))
CLASS = "The mean of 2 marks is 40 %"
TOLD = {
    "several_at_once": (
        "Several at once: failing mathematics, failing English.",
        {"flags": ["failing mathematics", "failing English"], "here": ["failing mathematics"]},
    ),
    "below_the_class": (
        f"{CLASS}; the class's is 85 %.",
        {"mean_bp": 4000, "class_mean_bp": 8512, "class_15th_percentile_bp": 4, "threshold_bp": 63},
    ),
    "silence": ("No activity.", {"class_silent_days": 1, "threshold_days": 14}),
    "missing_work": ("1 piece.", {"handed_in_by_class": {"a": "1/2"}, "threshold_bp": 5000}),
    "low_marks": ("Low.", {"threshold_bp": 4000}),
}
NOW = {
    "several_at_once": (
        "Several at once: failing mathematics here, and more elsewhere.",
        {"flags": ["failing mathematics"], "more_elsewhere": True},
    ),
    "below_the_class": (f"{CLASS}.", {"mean_bp": 4000}),
    "silence": ("No activity.", {"threshold_days": 14}),
    "missing_work": ("1 piece.", {"threshold_bp": 5000}),
    "low_marks": TOLD["low_marks"],
}
_ALERT = """
WITH opened AS (
  INSERT INTO alert (student, course, rule, severity, because, evidence, opened_at)
  VALUES (%(student)s, 'MATH-1', %(rule)s, 2, %(because)s, %(evidence)s, now()) RETURNING alert_id)
INSERT INTO alert_history (alert_id, version, change, because, changed_at, severity, evidence)
SELECT alert_id, 1, 'opened', %(because)s, now(), 2, %(evidence)s FROM opened
"""
_READ = """
SELECT a.rule, a.because, a.evidence, h.because, h.evidence
FROM alert a JOIN alert_history h USING (alert_id)
"""


@pytest.fixture
def migrated(monitor, database):
    """Run the migration once more, over rows as an older version wrote them."""
    with as_owner(database) as cursor:
        for rule, (because, evidence) in TOLD.items():
            values = {"student": STUDENTS[0], "rule": rule, "because": because}
            cursor.execute(_ALERT, {**values, "evidence": json.dumps(evidence)})
        for course, least in (("", 8), ("MATH-1", 20)):
            cursor.execute(
                "INSERT INTO policy_version (course, version, overrides, sent, set_by)"
                " VALUES (%(course)s, 1, %(overrides)s, 'as sent', 'ada')",
                {
                    "course": course,
                    "overrides": json.dumps({"grace_days": 5, "below_class_min_students": least}),
                },
            )
        cursor.execute(FILE.read_text())
        cursor.execute(FILE.read_text())  # nothing more happens
    return monitor


def test_alerts_and_their_history_tell_neither_other_courses_nor_a_few(migrated):
    for rule, because, evidence, was_because, was_evidence in migrated.rows(_READ):
        assert (because, evidence) == NOW[rule]
        assert (was_because, was_evidence) == NOW[rule]
    assert len(migrated.rows(_READ)) == len(NOW)


def test_a_policy_that_compared_with_a_smaller_class_stays_in_force_with_ten(migrated, database):
    with contextlib.closing(Database(database.dsn("api"))) as api:
        policies = Policies(HIGHER_EDUCATION, PostgresPolicies(api).in_force())
    assert policies.refused() == []
    told = [policies.of(one) for one in ("ENG-1", "MATH-1")]
    assert [(one.grace_days, one.below_class_min_students) for one in told] == [(5, 10), (5, 20)]
