"""The tables of a backtest for the eye: the weeks that matter, the rest is in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from local.backtest.rows import Row

_PROOF = "not fitted on"


def show(found: Mapping[str, Sequence[Row]], console: Console) -> None:
    """Print how well score and rules do, on runs that the score was not fitted on if any."""
    pool = _pool(found["score"])
    score = [row for row in found["score"] if row["courses"] == pool]
    _print(
        console,
        f"Score, courses {pool}",
        score,
        ("week", "students", "at_risk_share", "auc", "auc_low", "auc_high", "top_precision"),
    )
    week = _middle_week(score)
    at_week = [row for row in found["score"] if row["week"] == week]
    _print(
        console,
        f"Score by course, week {week}",
        at_week,
        ("courses", "students", "at_risk_share", "auc", "top_precision"),
    )
    rules = [row for row in found["rules"] if row["courses"] == pool and row["week"] == week]
    _print(
        console,
        f"Rules, week {week}, courses {pool}",
        rules,
        ("rule", "flagged", "precision", "recall", "alerts_opened", "alerts_per_educator"),
    )
    lead = [row for row in found["lead"] if row["courses"] == pool]
    _print(
        console,
        f"Warning before leaving, courses {pool}",
        lead,
        ("rule", "left", "share_warned", "median_days", "at_least_14_days"),
    )
    fair = [row for row in found["fairness"] if row["courses"] == pool and row["week"] == week]
    _print(
        console,
        f"Flagged though they passed, week {week}, courses {pool}",
        fair,
        ("flag", "by", "group", "students", "false_positive_rate", "precision", "recall"),
    )


def compare(rows: Sequence[Row], one: str, other: str, console: Console) -> None:
    """Print what another policy would have said, that alerts nobody."""
    pool = _pool(rows)
    _print(
        console,
        f"{one} and {other} beside it (_other), courses {pool}",
        [row for row in rows if row["courses"] == pool],
        tuple(rows[0])[1:] if rows else (),
    )


def _pool(rows: Sequence[Row]) -> str:
    return str(rows[0]["courses"]) if rows else _PROOF


def _middle_week(rows: Sequence[Row]) -> object:
    return rows[len(rows) // 2]["week"] if rows else None


def _print(console: Console, title: str, rows: Sequence[Row], columns: Sequence[str]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(*(_text(row[column]) for column in columns))
    console.print(table)


def _text(value: str | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
