"""What the tables of a backtest are made of: rows, the same for CSV, JSON and print."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from local.backtest.measures import Flagged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from local.backtest.course_run import Watched

Row = dict[str, str | int | float | None]
FITTED_ON = ("2013B", "2013J")  # the points of the score know these; only other runs prove it
TOP = 0.2
ANY, SCORE = "any rule", "score, top 20 %"
STUDENTS_PER_EDUCATOR = 20  # about what a tutor of the Open University has


def flagged(here: Iterable[Watched], raised: Callable[[Watched], bool]) -> Flagged:
    """Return whom a flag was raised for."""
    pairs = [(one.person.at_risk, raised(one)) for one in here]
    return Flagged(
        len(pairs),
        sum(risky for risky, _ in pairs),
        sum(flag for _, flag in pairs),
        sum(risky and flag for risky, flag in pairs),
    )


def pools(
    watched: Sequence[Watched], *, courses: bool = True
) -> list[tuple[str, Sequence[Watched]]]:
    """Return the runs that the score was fitted on, those it was not, and perhaps each course."""
    by_name: dict[str, list[Watched]] = defaultdict(list)
    for one in watched:
        known = one.course.endswith(FITTED_ON)
        by_name["fitted on" if known else "not fitted on"].append(one)
        if courses:
            by_name[one.course].append(one)
    return sorted(
        by_name.items(), key=lambda pool: (pool[0] != "not fitted on", pool[0][:1] < "a", pool[0])
    )


def fires(rule: str, week: int) -> Callable[[Watched], bool]:
    """Return whether a rule, or any, fires in that week."""
    if rule == ANY:
        return lambda one: week in one.firing
    return lambda one: rule in one.firing.get(week, ())


def told(flags: Flagged) -> Row:
    """Return the columns that tell of a flag."""
    return {
        "students": flags.students,
        "at_risk": flags.at_risk,
        "flagged": flags.flagged,
        "precision": flags.precision,
        "recall": flags.recall,
    }
