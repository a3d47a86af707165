"""The files of a OneRoster bundle: unpacked within bounds, read line by line, checked by column.

Columns are named as in the CSV binding; those that are not used are passed over, as are files that
are not (demographics among them). https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.domain.errors import InvalidRequestError, TooLargeError

MOST_BYTES = 32_000_000  # of all files that are read, unpacked
MOST_ROWS = 20_000  # of a file
VERSIONS = ("1.1", "1.2")
IDS = ("sourcedId", "identifier", "username", "email")  # columns by which users may be known
# What is read of each file, and what must be in every line of it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "academicSessions": ("sourcedId", "startDate", "endDate"),
    "orgs": ("sourcedId", "name", "type"),
    "users": ("sourcedId",),
    "roles": ("sourcedId", "userSourcedId", "role"),  # from 1.2 on
    "courses": ("sourcedId", "title"),
    "classes": ("sourcedId", "title", "courseSourcedId"),
    "enrollments": ("sourcedId", "classSourcedId", "userSourcedId", "role"),
}
# Of a person, only what becomes part of `person`: see persons.py.
OF_A_PERSON = {
    *("identifier", "username", "email", "givenName", "familyName", "preferredGivenName"),
    *("preferredFamilyName", "phone", "sms"),
}
_USED = {
    *IDS,
    *OF_A_PERSON,
    *("value", "propertyName", "status", "subjects", "beginDate", "endDate", "termSourcedIds"),
    "agentSourcedIds",
}.union(*COLUMNS.values())  # all else stays unread
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MOST_LETTERS = 128  # of an id


class Wrong(NamedTuple):
    """What is wrong with a line, and what was expected instead."""

    file: str
    line: int
    field: str
    expected: str


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A line of a file."""

    file: str
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a column's text; '' where there is none."""
        return self.values.get(column, "")

    def wrong(self, field: str, expected: str) -> Wrong:
        """Return that one of its fields is not as expected."""
        return Wrong(self.file, self.line, field, expected)

    @property
    def deleted(self) -> bool:
        """Whether the line says that what it names is gone."""
        return self["status"].lower() == "tobedeleted"


_FIRST_YEAR, _NEVER = 1970, 2200  # without a beginDate somebody is enrolled since 1970
# What zipfile and the decompressors beneath it raise for a damaged archive.
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError as well
    ValueError,
)


def unpack(content: bytes) -> dict[str, str]:
    """Return the text of each file that is used, by name without `.csv`.

    InvalidRequestError for what is no zip or not UTF-8, TooLargeError beyond the bounds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            return _texts(bundle)
    except _UNREADABLE as error:
        raise InvalidRequestError("The body is not readable as a zip file.") from error


def _texts(bundle: zipfile.ZipFile) -> dict[str, str]:
    left, found = MOST_BYTES, {}
    for entry in bundle.infolist():
        name, dot, extension = entry.filename.rpartition("/")[2].rpartition(".")
        if not dot or extension.lower() != "csv" or name not in {"manifest", *COLUMNS}:
            continue
        if name in found:
            raise InvalidRequestError(f"{name}.csv is in the bundle twice.")
        with bundle.open(entry) as file:
            raw = file.read(left + 1)  # whatever the entry says of its size
        left -= len(raw)
        if left < 0:
            raise TooLargeError(f"The files have more than {MOST_BYTES} bytes.")
        found[name] = _text(raw, name)
    return found


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequestError(f"{name}.csv is not UTF-8.") from error


def rows(file: str, text: str, required: Iterable[str]) -> Iterator[Row | Wrong]:
    """Yield the lines of a file, each as it is or as what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if missing := [column for column in required if column not in header]:
            yield Wrong(f"{file}.csv", 1, missing[0], f"a column {missing[0]}")
            return
        for number, cells in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise TooLargeError(f"{file}.csv has more than {MOST_ROWS} lines.")
            if cells:
                yield _row(f"{file}.csv", reader.line_num, header, cells, required)
    except csv.Error as error:
        yield Wrong(f"{file}.csv", reader.line_num, "", f"a line of CSV ({error})")


def _row(
    file: str, line: int, header: list[str], cells: list[str], required: Iterable[str]
) -> Row | Wrong:
    if len(cells) != len(header):
        return Wrong(file, line, "", f"{len(header)} fields, as in the header; not {len(cells)}")
    told = zip(header, cells, strict=True)
    row = Row(file, line, {name: _cell(name, cell) for name, cell in told if name in _USED})
    for column in required:
        if not row[column]:
            return row.wrong(column, "something")
        if len(row[column]) > _MOST_LETTERS and column.endswith("ourcedId"):
            return row.wrong(column, f"at most {_MOST_LETTERS} characters")
    if column := next((name for name, cell in row.values.items() if _CONTROL.search(cell)), ""):
        return row.wrong(column, "no control character")
    if row["status"].lower() not in {"", "active", "tobedeleted", "inactive"}:
        return row.wrong("status", "active or tobedeleted")
    return row


def _cell(name: str, cell: str) -> str:
    """Return a cell's text; a name that goes over two lines goes over one."""
    return " ".join(cell.split()) if name in OF_A_PERSON else cell.strip()


def day_of(row: Row, column: str) -> dt.date | Wrong | None:
    """Return the day in a column, None for no day."""
    if not row[column]:
        return None
    try:
        day = dt.date.fromisoformat(row[column])
    except ValueError:
        return row.wrong(column, "a date, YYYY-MM-DD")
    if not _FIRST_YEAR <= day.year < _NEVER:
        return row.wrong(column, f"a day between {_FIRST_YEAR} and {_NEVER}")
    return day
