"""The bill as docs/cost.md shows it."""

from __future__ import annotations

from collections.abc import Iterable

from infrastructure.cost.bill import Line, bill, total
from infrastructure.cost.prices import Prices, load
from infrastructure.environments import ENVIRONMENTS, Environment


def report(environments: Iterable[Environment] = tuple(ENVIRONMENTS.values())) -> str:
    """Return tables of every environment, in Markdown."""
    prices = load()
    parts = [_head(prices), *(_table(environment, prices) for environment in environments)]
    return "\n\n".join(parts) + "\n"


def _head(prices: Prices) -> str:
    return f"Prices: {prices.source}; {prices.region}, {prices.as_of}."


def _table(environment: Environment, prices: Prices) -> str:
    lines = bill(environment, prices)
    return "\n".join(
        [
            f"### {environment.name}",
            f"{environment.events_per_year:,} events a year, "
            f"{environment.events_per_post} a POST; peak "
            f"{environment.peak_events_per_second:,} events/s.",
            "",
            "| $ | a month, idle | a month's events | an hour at peak |",
            "|---|---|---|---|",
            *(_row(line) for line in [*lines, total(lines)]),
        ]
    )


def _row(line: Line) -> str:
    return f"| {line.service} | {line.idle:.2f} | {line.events:.2f} | {line.peak_hour:.2f} |"
