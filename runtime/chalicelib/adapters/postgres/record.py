"""Everything that is held on one student, row by row; as the role privacy."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import queries, shown
from chalicelib.adapters.postgres.reads import in_z
from chalicelib.domain.record import Place, Row, sections_from

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("record.sql")
STEPS = {"events": 1_000, "quarantine": 4, "ledger": 10_000}  # rows at once, up to some megabytes
_ALL = {"number": 0, "limit": None}
_sections = msgspec.json.Decoder(list[list[msgspec.Raw]]).decode


class PostgresRecords:
    """Shows whole records; callers have seen to it that whoever asks may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reads(self, student: str) -> list[dict[str, Any]]:
        """Return every read of a student's record, as the record's section `ledger` has them."""
        (found,) = self._rows(("ledger",), {"student": student, **_ALL})
        return [msgspec.json.decode(row) for row in found]

    def has_any(self, student: str) -> bool:
        """Tell whether there is anything of a student at all."""
        return bool(self._database.ask(_SQL["has_any"], {"student": student})[0][0])

    def is_erased(self, student: str) -> bool:
        """Tell whether what is held is that a student was erased."""
        return bool(self._database.ask(_SQL["erasures"], {"student": student}))

    def rows(self, student: str, as_of: dt.datetime, after: Place | None) -> Iterator[Row]:
        """Give every row behind a place, section by section.

        The sections without a key are of one moment; the long ones are read in steps, each of the
        moment at which it is taken.
        """
        values = {"student": student, "as_of": as_of, "types": list(shown.TYPES)}
        left = sections_from(after)
        whole = tuple(section.name for section in left if not section.key)
        for name, rows in zip(whole, self._rows(whole, values), strict=True):
            past = after.number if after and after.section == name else 0
            for number, content in enumerate(rows[past:], past + 1):
                yield Row(name, number, content)
        for section in left:
            if section.key:
                place = after if after and after.section == section.name else Place(section.name)
                yield from self._in_steps(place, values)

    def _in_steps(self, place: Place, values: dict[str, Any]) -> Iterator[Row]:
        """Give the rows of a long section behind a place."""
        name, limit = place.section, STEPS[place.section]
        while True:
            (rows,) = self._rows((name,), {**values, **place._asdict(), "limit": limit})
            found = [Row(name, 0, content) for content in rows]
            yield from found
            if len(found) < limit:
                return
            place = found[-1].place

    def _rows(self, names: tuple[str, ...], values: dict[str, Any]) -> list[list[msgspec.Raw]]:
        """Return the rows of sections as JSON, all of one moment."""
        if not names:
            return []
        ((found,),) = self._database.ask(_query(names), values)
        return _sections(in_z(found))


@functools.cache
def _query(names: tuple[str, ...]) -> str:
    parts = ", ".join(
        # What is put in is a query of record.sql, never a word of the caller's.
        f"(SELECT coalesce(json_agg(k), '[]') FROM ({_SQL[name]}) AS k)"  # noqa: S608  # nosec B608
        for name in names
    )
    return f"SELECT json_build_array({parts})::text"
