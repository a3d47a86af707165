"""Find out whose it is what was set aside before that was looked for, or by an older consumer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.poison import students_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP = 20  # rows a transaction; a payload has up to 1 MiB


class Quarantine(Protocol):
    """What was set aside; as its owner."""

    def not_looked_at(self, most: int) -> dict[str, bytes]:
        """Return payloads of which nobody has found out whose they are, by identity."""
        ...

    def keep_whose(self, students: Mapping[str, Sequence[str]]) -> None:
        """Keep whose they are."""
        ...

    def drop_erased(self) -> int:
        """Delete what is of students who were erased; return how many rows."""
        ...


def look_into(rows: Quarantine) -> dict[str, int]:
    """Find out whose each is, and delete what is of the erased; safe to repeat."""
    found = 0
    while payloads := rows.not_looked_at(STEP):
        rows.keep_whose({uid: students_of(payload) for uid, payload in payloads.items()})
        found += len(payloads)
    return {"found": found, "dropped": rows.drop_erased()}
