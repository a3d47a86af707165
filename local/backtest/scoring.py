"""Tables about the score: how well it orders, what it is worth, how many to flag by it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from local.backtest import measures
from local.backtest.rows import TOP, pools

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.backtest.course_run import Watched
    from local.backtest.rows import Row


def score_rows(watched: Sequence[Watched], weeks: Iterable[int]) -> list[Row]:
    """Return by week, pooled and by course, how well the score puts students in order."""
    rows: list[Row] = []
    for week in weeks:
        for name, there in pools(watched):
            scored = [(w.scores[week], w.person.at_risk) for w in there if week in w.scores]
            area = measures.auc(scored)
            top = measures.precision_of_top(scored, TOP)
            if area is None or top is None:
                continue
            rows.append(
                {
                    "courses": name,
                    "week": week,
                    "students": len(scored),
                    "at_risk_share": sum(y for _, y in scored) / len(scored),
                    "auc": area.value,
                    "auc_low": area.low,
                    "auc_high": area.high,
                    "top_precision": top.value,
                    "top_low": top.low,
                    "top_high": top.high,
                }
            )
    return rows


def calibration_rows(watched: Sequence[Watched], weeks: Iterable[int]) -> list[Row]:
    """Return by week and ten points of the score what share was at risk."""
    rows: list[Row] = []
    for week in weeks:
        for name, there in pools(watched, courses=False):
            bins: dict[int, list[bool]] = defaultdict(list)
            for one in there:
                if week in one.scores:
                    bins[min(90, one.scores[week] // 10 * 10)].append(one.person.at_risk)
            for low, risky in sorted(bins.items()):
                share = measures.wilson(sum(risky), len(risky))
                rows.append(
                    {
                        "courses": name,
                        "week": week,
                        "from": low,
                        "students": len(risky),
                        "at_risk": share.value,
                        "at_risk_low": share.low,
                        "at_risk_high": share.high,
                    }
                )
    return rows


def share_rows(watched: Sequence[Watched], weeks: Iterable[int]) -> list[Row]:
    """Return by week how precise the score's top is when a larger or smaller share is flagged."""
    rows: list[Row] = []
    for week in weeks:
        for name, there in pools(watched, courses=False):
            scored = [(w.scores[week], w.person.at_risk) for w in there if week in w.scores]
            at_risk = sum(risky for _, risky in scored)
            for percent in range(5, 55, 5):
                top = measures.precision_of_top(scored, percent / 100)
                if top is not None:
                    found = top.value * int(percent / 100 * len(scored))
                    rows.append(
                        {
                            "courses": name,
                            "week": week,
                            "at_risk_share": at_risk / len(scored),
                            "share": percent / 100,
                            "precision": top.value,
                            "recall": found / at_risk if at_risk else None,
                        }
                    )
    return rows
