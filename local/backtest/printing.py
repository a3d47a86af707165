"""The tables of a backtest for the eye: the weeks that matter, the rest is in the files."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from local.backtest.rows import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from local.backtest.rows import Row

_PROOF = "not fitted on"


# Columns of a table: what to call each in print, short enough for 80 columns.
Columns = dict[str, str]
_SCORE: Columns = {
    "week": "week", "students": "students", "at_risk_share": "at risk", "auc": "AUC",
    "auc_low": "from", "auc_high": "to", "top_precision": "top 20 %", "top_low": "from",
    "top_high": "to",
}  # fmt: skip
_COURSES: Columns = {
    "courses": "courses", "students": "students", "at_risk_share": "at risk", "auc": "AUC",
    "top_precision": "top 20 %",
}  # fmt: skip
_RULES: Columns = {
    "rule": "rule", "flagged": "flagged", "precision": "precision", "recall": "recall",
    "alerts_opened": "alerts", "alerts_per_educator": "educator",
}  # fmt: skip
_LEAD: Columns = {
    "rule": "rule", "left": "left", "share_warned": "warned", "median_days": "median days",
    "at_least_14_days": "14 or more", "passed_alerted": "of passed",
}  # fmt: skip
_FAIR: Columns = {
    "group": "group", "students": "students", "wrong_rule": "passed, rule",
    "wrong_score": "score", "found_rule": "at risk, rule", "found_score": "score",
}  # fmt: skip
_COMPARED: Columns = {
    "week": "week", "flagged": "flagged 1", "flagged_other": "2", "precision": "precision 1",
    "precision_other": "2", "recall": "recall 1", "recall_other": "2", "only_first": "only 1",
    "only_other": "only 2",
}  # fmt: skip


def show(found: Mapping[str, Sequence[Row]], console: Console) -> None:
    """Print how well score and rules do, on runs that the score was not fitted on if any."""
    pool = _pool(found["score"])
    score = [row for row in found["score"] if row["courses"] == pool]
    week = _middle_week(score)
    of_pool = {name: [r for r in rows if r["courses"] == pool] for name, rows in found.items()}
    rules, fair = (
        [row for row in of_pool[name] if row["week"] == week] for name in ("rules", "fairness")
    )
    by_course = [row for row in found["score"] if row["week"] == week]
    _print(console, f"Score, courses {pool}; precision of the top 20 %", score, _SCORE)
    _print(console, f"Score by course, week {week}", by_course, _COURSES)
    title = f"Rules, week {week}, courses {pool}; alerts that opened, and per educator"
    _print(console, title, rules, _RULES)
    _print(console, f"Warning before leaving, courses {pool}", of_pool["lead"], _LEAD)
    title = (
        f"By group, week {week}, courses {pool}: share flagged of those who\n"
        "passed, and of those at risk, by any rule and by the score (top 20 %)"
    )
    _print(console, title, beside(fair), _FAIR)


def beside(rows: Sequence[Row]) -> list[Row]:
    """Return the rows about fairness with a group's flags beside each other."""
    found: dict[str, Row] = {}
    for row in rows:
        group = f"{row['by']} {row['group']}"
        flag = "rule" if row["flag"] == ANY else "score"
        one = found.setdefault(group, {"group": group, "students": row["students"]})
        one[f"wrong_{flag}"], one[f"found_{flag}"] = row["false_positive_rate"], row["recall"]
    return list(found.values())


def compare(rows: Sequence[Row], one: str, other: str, console: Console) -> None:
    """Print what another policy would have said, that alerts nobody."""
    pool = _pool(rows)
    first, second = (PurePath(name).stem for name in (one, other))
    title = f"{first} (1) and {second} (2), courses {pool}"
    _print(console, title, [row for row in rows if row["courses"] == pool], _COMPARED)


def _pool(rows: Sequence[Row]) -> str:
    return str(rows[0]["courses"]) if rows else _PROOF


def _middle_week(rows: Sequence[Row]) -> object:
    return rows[len(rows) // 2]["week"] if rows else None


def _print(console: Console, title: str, rows: Sequence[Row], columns: Columns) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, name in enumerate(columns.values()):
        table.add_column(name, justify="right" if number else "left", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(_text(column, row[column]) for column in columns))
    console.print(table)


def _text(column: str, value: str | float | None) -> str:
    if value is None:
        return "-"
    if column == "median_days":
        return f"{value:.0f}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
