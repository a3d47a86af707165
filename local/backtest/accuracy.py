"""`python -m local.backtest.accuracy FOLDER`: measure what docs/accuracy.md says, and write it.

Three backtests (marks known with the submission, 7 and 14 days after it), the tables between the
marks of the page, the same tables as docs/accuracy/figures.json, and the plots.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from chalicelib.domain.policy import HIGHER_EDUCATION
from local.backtest.command import draw, tables_of, watch_all
from local.backtest.telling import LAGS, Table, tables
from local.oulad import course_ids
from local.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.backtest.rows import Row

PAGE = PROJECT / "docs" / "accuracy.md"
FIGURES = PROJECT / "docs" / "accuracy" / "figures.json"
WEEKS = range(1, 33)


def measure(folder: Path, console: Console) -> dict[int, dict[str, list[Row]]]:
    """Return the tables of a backtest by the days between submission and mark."""
    courses = course_ids(folder)
    return {
        lag: tables_of(
            watch_all(folder, courses, HIGHER_EDUCATION, max(WEEKS), lag, console=console), WEEKS
        )
        for lag in LAGS
    }


def markdown(table: Table) -> str:
    """Return a table as the page has it; the first row is its head."""
    head, *rows = table
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def filled(page: str, found: Mapping[str, Table]) -> str:
    """Return the page with each table after its mark. Raises KeyError where a mark has none."""
    return re.sub(
        r"(?m)^(<!-- figures: (\w+) -->\n)(?:\|.*\n)*",
        lambda mark: f"{mark[1]}{markdown(found[mark[2]])}\n",
        page,
    )


def main() -> None:
    """Measure, and write page, figures and plots."""
    parser = argparse.ArgumentParser(prog="python -m local.backtest.accuracy")
    parser.add_argument("folder", type=Path, help="where the CSV files of OULAD are")
    backtests = measure(parser.parse_args().folder, Console(file=sys.stderr))
    found = tables(backtests)
    made = dt.datetime.now(dt.UTC).date().isoformat()
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps({"made": made, "tables": found}, indent=1) + "\n")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    draw(FIGURES.parent, backtests[0])


if __name__ == "__main__":
    main()
