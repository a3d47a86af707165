"""The table about warnings: how long before they left students had been alerted on."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import TYPE_CHECKING

from local.backtest import measures
from local.backtest.rows import ANY, SCORE, TOP, pools

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.backtest.course_run import Watched
    from local.backtest.rows import Row


def lead_rows(watched: Sequence[Watched]) -> list[Row]:
    """Return how many days before they left the students who left had first been alerted on.

    Of those who were still there at the end of week 1: nobody can be warned of who had gone.
    Beside it, what share of those who passed had been alerted on at any time.
    """
    rows: list[Row] = []
    rules = sorted({rule for one in watched for rule, _ in one.alerts})
    for name, there in pools(watched, courses=False):
        left = [one for one in there if (one.person.left_day or 0) > 0 and one.scores]
        passed = [one for one in there if not one.person.at_risk and one.scores]
        edges = _edges(there)
        for rule in [*rules, ANY, SCORE]:
            days = [d for one in left if (d := days_of_warning(one, rule, edges)) is not None]
            rows.append(
                {
                    "courses": name,
                    "rule": rule,
                    "left": len(left),
                    "warned": len(days),
                    "share_warned": len(days) / len(left) if left else None,
                    "median_days": statistics.median(days) if days else None,
                    "at_least_14_days": sum(d >= 14 for d in days) / len(left) if left else None,
                    "passed_alerted": sum(bool(weeks_of_alerts(one, rule, edges)) for one in passed)
                    / len(passed)
                    if passed
                    else None,
                }
            )
    return rows


def days_of_warning(one: Watched, rule: str, edges: Mapping[int, int]) -> int | None:
    """Return the days from the first alert to leaving; None when there was no alert before."""
    weeks = weeks_of_alerts(one, rule, edges)
    left = one.person.left_day
    warned = [left - 7 * week for week in weeks if left is not None and left >= 7 * week]
    return max(warned, default=None)


def weeks_of_alerts(one: Watched, rule: str, edges: Mapping[int, int]) -> list[int]:
    """Return in which weeks an alert opened, or the score was of the highest."""
    if rule == SCORE:
        return [week for week, score in one.scores.items() if score >= edges[week]]
    return [week for name, week in one.alerts if rule in (name, ANY)]


def _edges(there: Sequence[Watched]) -> dict[int, int]:
    """Return by week from which score on a student is of the top of these courses."""
    by_week: dict[int, list[int]] = defaultdict(list)
    for one in there:
        for week, score in one.scores.items():
            by_week[week].append(score)
    return {week: measures.top_from(scores, TOP) for week, scores in by_week.items()}
