"""One course run cut out of OULAD's files into files of the same form, without demographics."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from local.oulad import files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RUN = ("code_module", "code_presentation")
CLICKS = "studentVle_daily.csv"
COLUMNS = {  # what is kept; the order is that of the published files
    files.COURSES: (*_RUN, "module_presentation_length"),
    files.ASSESSMENTS: (*_RUN, "id_assessment", "assessment_type", "date", "weight"),
    files.REGISTRATION: (*_RUN, "id_student", "date_registration", "date_unregistration"),
    files.INFO: (*_RUN, "id_student", "final_result"),
    files.SUBMISSIONS: ("id_assessment", "id_student", "date_submitted", "is_banked", "score"),
    CLICKS: (*_RUN, "id_student", "date", "sum_click"),
}


def extract(folder: Path, course: str, into: Path) -> dict[str, int]:
    """Write the rows of one run, in their order; return each file's size in bytes."""
    if into.resolve() == folder.resolve():
        raise files.OuladError(f"{into} is what is read: name another folder to write")
    run, _ = files.find_run(folder, course)
    into.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        sources = files.click_files(folder) if name == CLICKS else [folder / name]
        rows = (row for path in sources for row in _rows(path, run, columns, folder))
        _write(into / name, columns, rows)
    return {name: (into / name).stat().st_size for name in COLUMNS}


def _rows(
    path: Path, run: files.Run, columns: tuple[str, ...], folder: Path
) -> Iterable[tuple[str, ...]]:
    rows = files.read_columns(path, *columns)
    if columns[:2] == _RUN:
        return (row for row in rows if row[:2] == tuple(run))
    assessments = {
        id_ for id_, _ in files.rows_of(folder / files.ASSESSMENTS, run, "id_assessment", "weight")
    }
    return (row for row in rows if row[0] in assessments)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
