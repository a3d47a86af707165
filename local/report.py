"""What a person sees at the end of a demonstration, and whether all is as it should be."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rich.table import Table

from local import checker, figures
from local.replay import midnight

if TYPE_CHECKING:
    from rich.console import Console

    from local.examples import Example
    from local.sender import Sender
    from local.system import LocalSystem

FLAGGED_BY_DAY = 56  # week 8


def report(example: Example, system: LocalSystem, sender: Sender, console: Console) -> bool:
    """Print what became of the events and the students; tell whether nothing is amiss."""
    conninfo = system.postgres.dsn("monitor")
    found = figures.counts(conninfo)
    verdict = checker.check(checker.identities(sender.acknowledged), *checker.holdings(conninfo))
    repeated = len(sender.acknowledged) - found.stored - found.quarantined
    _print_counts(console, len(sender.acknowledged), found, repeated)
    _print_weeks(console, figures.weeks(conninfo, example.starts_on))
    if example.outcomes:
        until = midnight(example.starts_on) + dt.timedelta(days=FLAGGED_BY_DAY)
        key = system.service("api").pseudonym_key
        _print_foresight(console, figures.foresight(conninfo, example.outcomes, key, until))
    console.print(f"\nAcknowledged = stored + quarantined: {verdict}.")
    return verdict.ok and found.quarantined == 0


def _print_counts(console: Console, sent: int, found: figures.Counts, repeated: int) -> None:
    table = Table(title="Events and alerts", show_header=False)
    for name, number in (
        ("events sent and acknowledged", sent),
        ("stored", found.stored),
        ("repeated", max(0, repeated)),
        ("quarantined", found.quarantined),
        ("alerts opened", found.alerts),
        ("alerts cleared by themselves", found.alerts - found.open_alerts),
        ("announcements that wait for the next morning", found.unsent),
    ):
        table.add_row(name, f"{number:,}")
    console.print(table)


def _print_weeks(console: Console, weeks: list[figures.Week]) -> None:
    table = Table(title="Enrolled students by risk at the end of each week; alerts of the week")
    for name in ("week", *(f"risk {band}" for band in figures.BANDS), "opened", "cleared"):
        table.add_column(name, justify="right")
    for week in weeks:
        table.add_row(str(week.number), *map(str, week.bands), str(week.opened), str(week.cleared))
    console.print(table)


def _print_foresight(console: Console, found: figures.Foresight) -> None:
    if not found.class_size or not any(students for _, students, _ in found.flagged):
        console.print("\nNobody was flagged by week 8.")
        return
    console.print(
        f"\nFlagged by week 8, of the {found.class_size} students then enrolled, of whom "
        f"{found.class_at_risk} failed or withdrew later "
        f"({found.class_at_risk / found.class_size:.0%}):"
    )
    for severity, students, at_risk in found.flagged:
        if students:
            console.print(
                f"  by an alert of severity {severity.name.lower()} or above: {students}; "
                f"{at_risk} of them failed or withdrew later ({at_risk / students:.0%})"
            )
