"""Tables about the rules: whom each flags, and what another policy would have said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.backtest.rows import ANY, STUDENTS_PER_EDUCATOR, fires, flagged, pools, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.backtest.course_run import Watched
    from local.backtest.rows import Row


def rule_rows(watched: Sequence[Watched], weeks: Iterable[int]) -> list[Row]:
    """Return by week and rule, pooled, whom the rules flag that week, and the alerts that open."""
    rows: list[Row] = []
    rules = sorted({rule for one in watched for rule, _ in one.alerts})
    for week in weeks:
        for name, there in pools(watched, courses=False):
            here = [one for one in there if week in one.scores]
            for rule in [*rules, ANY]:
                flags = flagged(here, fires(rule, week))
                opened = sum(
                    opened_in == week and rule in (opened_rule, ANY)
                    for one in there
                    for opened_rule, opened_in in one.alerts
                )
                rows.append(
                    {
                        "courses": name,
                        "week": week,
                        "rule": rule,
                        **told(flags),
                        "alerts_opened": opened,
                        "alerts_per_educator": opened * STUDENTS_PER_EDUCATOR / len(here)
                        if here
                        else None,
                    }
                )
    return rows


def comparison_rows(
    watched: Sequence[Watched], other: Sequence[Watched], weeks: Sequence[int]
) -> list[Row]:
    """Return by week what another policy would have said of the same students; it alerts nobody."""
    rows: list[Row] = []
    same = {(one.course, one.person.student): one for one in other}
    for week in weeks:
        for name, there in pools(watched, courses=False):
            here = [one for one in there if week in one.scores]
            beside = [same[one.course, one.person.student] for one in here]
            one, two = flagged(here, fires(ANY, week)), flagged(beside, fires(ANY, week))
            pairs = [
                (week in a.firing, week in b.firing) for a, b in zip(here, beside, strict=True)
            ]
            rows.append(
                {
                    "courses": name,
                    "week": week,
                    "students": len(here),
                    "flagged": one.flagged,
                    "precision": one.precision,
                    "recall": one.recall,
                    "flagged_other": two.flagged,
                    "precision_other": two.precision,
                    "recall_other": two.recall,
                    "only_first": pairs.count((True, False)),
                    "only_other": pairs.count((False, True)),
                }
            )
    return rows
