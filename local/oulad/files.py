"""The CSV files of OULAD as they are published: which they are, and how a row is read.

Kuzilek, Hlosta & Zdrahal, Scientific Data 4:170171 (2017), CC BY 4.0. A value that is not known
is `?` in some copies and empty in others.
"""

from __future__ import annotations

import csv
import operator
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COURSES = "courses.csv"
ASSESSMENTS = "assessments.csv"
REGISTRATION = "studentRegistration.csv"
SUBMISSIONS = "studentAssessment.csv"
INFO = "studentInfo.csv"
_DAY = re.compile("-?[0-9]{1,4}")
_COUNT = re.compile("[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


class OuladError(Exception):
    """The folder or the course run is not what was asked for; the message says which and why."""


class Run(NamedTuple):
    """A course run: a module and its presentation, such as AAA and 2013J."""

    module: str
    presentation: str

    @property
    def course_id(self) -> str:
        """The run as one word: AAA-2013J."""
        return f"{self.module}-{self.presentation}"


def read_columns(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    """Yield these columns (two or more) of every row. Raises OuladError if one is not there."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise OuladError(f"{path.name} has no column {missing[0]}")
            yield from map(operator.itemgetter(*map(header.index, columns)), reader)
    except FileNotFoundError as error:
        raise OuladError(f"{path.parent} has no {path.name}, which OULAD has") from error
    except IndexError as error:
        raise OuladError(f"{path.name}, line {reader.line_num}: it ends too early") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise OuladError(f"{path.name} is not readable as CSV in UTF-8: {error}") from error


def rows_of(path: Path, run: Run, *columns: str) -> Iterator[tuple[str, ...]]:
    """Yield these columns of the rows of one course run."""
    for module, presentation, *values in read_columns(
        path, "code_module", "code_presentation", *columns
    ):
        if module == run.module and presentation == run.presentation:
            yield tuple(values)


def click_files(folder: Path) -> list[Path]:
    """Return the files of daily clicks; in a full copy of OULAD it is one of clicks by page."""
    daily = sorted(folder.glob("studentVle_daily*.csv"))
    return daily or sorted(folder.glob("studentVle.csv"))


def known(value: str) -> bool:
    """Tell whether a value is known at all."""
    return value not in ("", "?")


def day_or_none(value: str) -> int | None:
    """Return a day of the run, which may be negative; None when it is not known."""
    return day_of(value) if known(value) else None


def day_of(value: str) -> int:
    """Return a day of the run. Raises OuladError for what is none, or years away."""
    if not _DAY.fullmatch(value):
        raise OuladError(f"{value[:20]!r} is not a day of a course run")
    return int(value)


def count_of(value: str) -> int:
    """Return how often. Raises OuladError for what is no count."""
    if not _COUNT.fullmatch(value):
        raise OuladError(f"{value[:20]!r} is not a count")
    return int(value)


def number_of(value: str) -> float:
    """Return a number, whole where it is whole: 10, 7.5. Raises OuladError for what is none."""
    if not _NUMBER.fullmatch(value):
        raise OuladError(f"{value[:20]!r} is not a number")
    number = float(value)
    return int(number) if number.is_integer() else number


def runs(folder: Path) -> dict[str, tuple[Run, int]]:
    """Return every course run of the folder by its id, with the day on which it ends."""
    path = folder / COURSES
    columns = ("code_module", "code_presentation", "module_presentation_length")
    found = {}
    for module, presentation, length in read_columns(path, *columns):
        run = Run(module, presentation)
        found[run.course_id] = (run, day_of(length))
    return found


def find_run(folder: Path, course: str) -> tuple[Run, int]:
    """Return one course run and the day on which it ends. Raises OuladError."""
    there = runs(folder)
    if course not in there:
        raise OuladError(f"no course {course} in {folder}; there are {', '.join(sorted(there))}")
    return there[course]
