"""The table about fairness: who was flagged and passed all the same, by group."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from local.backtest import measures
from local.backtest.people import GROUPS
from local.backtest.rows import ANY, SCORE, TOP, fires, flagged, pools, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from local.backtest.course_run import Watched
    from local.backtest.measures import Flagged
    from local.backtest.rows import Row


def fairness_rows(watched: Sequence[Watched], weeks: Iterable[int]) -> list[Row]:
    """Return by group the share of those who passed that was flagged all the same."""
    rows: list[Row] = []
    for week in weeks:
        for name, there in pools(watched, courses=False):
            here = [one for one in there if week in one.scores and one.person.groups]
            edge = measures.top_from([one.scores[week] for one in here], TOP)
            for flag, raised in ((ANY, fires(ANY, week)), (SCORE, _scores_from(edge, week))):
                rows += [
                    {
                        "courses": name,
                        "week": week,
                        "flag": flag,
                        "by": by,
                        "group": group,
                        **_told(flagged(members, raised)),
                    }
                    for by in GROUPS
                    for group, members in _groups(here, by)
                ]
    return rows


def _told(flags: Flagged) -> Row:
    wrong = flags.false_positives
    return {
        **told(flags),
        "false_positive_rate": wrong.value if wrong else None,
        "false_positive_low": wrong.low if wrong else None,
        "false_positive_high": wrong.high if wrong else None,
    }


def _groups(here: Iterable[Watched], by: str) -> list[tuple[str, list[Watched]]]:
    groups: dict[str, list[Watched]] = defaultdict(list)
    for one in here:
        groups[one.person.groups[by]].append(one)
    return sorted(groups.items())


def _scores_from(edge: int, week: int) -> Callable[[Watched], bool]:
    return lambda one: one.scores[week] >= edge
