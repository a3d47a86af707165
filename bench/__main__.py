"""`python -m bench`: measure, print a table with the goals, write bench/latest.json."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import local  # noqa: F401  # puts runtime/ on the path
from bench import (
    database,
    end_to_end,
    front,
    history,
    judging,
    ledger,
    package,
    read_path,
    soak,
    tutorial,
    write_path,
)
from bench.goals import GOALS

SHORT = {"history": 1_000_000, "attached": 0, "soak_s": 15.0, "rounds": 7}
LONG = {"history": 10_000_000, "attached": 50_000_000, "soak_s": 120.0, "rounds": 15}
A_WEEK_LATER = database.NOW + dt.timedelta(days=7)
LATEST = Path(__file__).with_name("latest.json")
_console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    """Measure everything; the machine is shared and noisy, so that ratios are what counts."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--long", action="store_true", help="10 M events, 50 M rows of history")
    form = LONG if parser.parse_args().long else SHORT
    began = time.monotonic()
    figures = measure(form)
    figures["took_s"] = round(time.monotonic() - began)
    figures["python"] = platform.python_version()
    show(figures)
    LATEST.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def measure(form: dict[str, Any]) -> dict[str, Any]:
    """Return every figure of a form, by the names that docs/benchmarks.md explains."""
    figures: dict[str, Any] = {"events_in_history": form["history"]}
    tell("front: wire and ingest")
    figures |= front.measure()
    tell("judging")
    figures |= judging.measure()
    tell("package and import")
    figures |= package.measure()
    tell("end to end")
    figures["end_to_end"] = end_to_end.measure()
    with database.server() as postgres:
        name = database.NAME
        ingest, superuser = postgres.dsn(name, "ingest"), postgres.dsn(name)
        database.fill(ingest, int(form["history"]), tell)
        tell("sweep")
        figures["sweep_s"] = database.sweep_all(ingest)
        database.execute(superuser, "VACUUM (ANALYZE)", "CHECKPOINT")
        tell("reads")
        figures |= read_path.measure(postgres.dsn(name, "api"))
        tell("ledger")
        figures |= ledger.measure(postgres.dsn(name, "api"))
        tell("write path")
        figures |= write_path.measure(ingest, superuser, rounds=int(form["rounds"]))
        tell("tutorial")
        figures |= tutorial.measure(postgres, name)
        tell("soak")
        figures["soak"] = soak.measure(ingest, superuser, seconds=float(form["soak_s"]))
        tell("sweep, a week later")
        figures["sweep_week_later_s"] = database.sweep_all(ingest, A_WEEK_LATER)
        if form["attached"]:
            tell("history attached")
            figures |= history.measure(postgres, name, rows=int(form["attached"]), tell=tell)
    return figures


def tell(what: str) -> None:
    """Show what is being measured."""
    _console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {what}")


def show(figures: dict[str, Any]) -> None:
    """Print every figure, with its goals where it has any."""
    table = Table(title="bench")
    for column in ("figure", "value", "must", "aim", ""):
        table.add_column(column)
    for name, value in flat(figures):
        goal = GOALS.get(name) or GOALS.get(name.rsplit(".", 1)[0])
        shown = f"{value:,.3f}" if isinstance(value, float) else str(value)
        if goal is None:
            table.add_row(name, shown, "", "", "")
        else:
            table.add_row(name, shown, f"{goal.must:g}", f"{goal.aim:g}", goal.verdict(value))
    _console.print(table)


def flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return nested figures as dotted names."""
    rows: list[tuple[str, Any]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows


if __name__ == "__main__":
    sys.exit(main())
