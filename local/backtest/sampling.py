"""`python -m local.backtest.sampling FOLDER --into tests/data/oulad-2014B`: the fixed sample.

Every fifth student, by number, of the course runs that the score was not fitted on: without
demographics and without clicks, in the form of the published files.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

from local.backtest.rows import FITTED_ON
from local.oulad import files
from local.oulad.extract import CLICKS, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = 5


def draw(folder: Path, into: Path) -> int:
    """Write the sample; return how many enrolments are in it. Raises OuladError."""
    into.mkdir(parents=True, exist_ok=True)
    runs = files.read_columns(folder / files.COURSES, "code_module", "code_presentation")
    kept = {run for run in runs if run[1] not in FITTED_ON}
    columns = ("id_assessment", "code_module", "code_presentation")
    items = {
        row[0]
        for row in files.read_columns(folder / files.ASSESSMENTS, *columns)
        if row[1:] in kept
    }
    for name, wanted in COLUMNS.items():
        if name != CLICKS:
            rows = files.read_columns(folder / name, *wanted)
            # A row tells its run, or its assessment.
            of_runs = (row for row in rows if row[:2] in kept or row[0] in items)
            _write(into / name, wanted, _sampled(of_runs, wanted))
    return sum(1 for _ in files.read_columns(into / files.INFO, "id_student", "final_result"))


def _sampled(
    rows: Iterator[tuple[str, ...]], columns: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    if "id_student" not in columns:
        return rows
    number = columns.index("id_student")
    return (row for row in rows if int(row[number]) % EVERY == 0)


def _write(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    """Draw the sample and say how large it is."""
    parser = argparse.ArgumentParser(prog="python -m local.backtest.sampling")
    parser.add_argument("folder", type=Path, help="where the CSV files of OULAD are")
    parser.add_argument("--into", type=Path, required=True, help="the folder to write")
    options = parser.parse_args()
    print(f"{draw(options.folder, options.into)} enrolments in {options.into}")


if __name__ == "__main__":
    main()
