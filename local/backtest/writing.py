"""The tables of a backtest as files: CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local.backtest.rows import Row


def write(
    folder: Path, about: Mapping[str, object], tables: Mapping[str, Sequence[Row]]
) -> list[Path]:
    """Write one CSV file a table and all of them as JSON; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in tables.items():
        if rows:
            written.append(folder / f"{name}.csv")
            _write_csv(written[-1], rows)
    written.append(folder / "backtest.json")
    rounded = {name: [_rounded(row) for row in rows] for name, rows in tables.items()}
    written[-1].write_text(json.dumps({"about": dict(about), **rounded}, indent=1) + "\n")
    return written


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(_rounded, rows))


def _rounded(row: Row) -> Row:
    return {
        name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()
    }
