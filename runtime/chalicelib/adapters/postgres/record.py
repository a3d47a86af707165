"""Everything that is held on one student, as one snapshot; as the role privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import queries, shown
from chalicelib.adapters.postgres.reads import in_z
from chalicelib.domain.record import SECTIONS

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("record.sql")
_PARTS = ", ".join(
    # All of it is ours.
    f"(SELECT coalesce(json_agg(k), '[]') FROM ({_SQL[section.name]}) AS k)"  # noqa: S608  # nosec
    for section in SECTIONS
)
_READS = _SQL["ledger"]
_LEDGER = f"SELECT coalesce(json_agg(k), '[]')::text FROM ({_READS}) AS k"  # noqa: S608  # nosec
_EVERYTHING = f"SELECT json_build_array({_PARTS})::text"
_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode


class PostgresRecords:
    """Shows whole records; callers have seen to it that whoever asks may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reads(self, student: str) -> list[dict[str, Any]]:
        """Return every read of a student's record, as the record's section `ledger` has them."""
        ((found,),) = self._database.ask(_LEDGER, {"student": student})
        rows: list[dict[str, Any]] = msgspec.json.decode(in_z(found))
        return rows

    def everything(self, student: str, as_of: dt.datetime) -> dict[str, msgspec.Raw] | None:
        """Return the rows of each section as JSON; None when nothing is held on the student."""
        values = {"student": student, "as_of": as_of, "types": list(shown.TYPES)}
        if not self._database.ask(_SQL["is_held"], values)[0][0]:
            return None
        ((found,),) = self._database.ask(_EVERYTHING, values)
        parts = _decode(in_z(found))
        return {section.name: part for section, part in zip(SECTIONS, parts, strict=True)}
