"""Who has to do with whom: what is read of the roster, and how it is put."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from chalicelib.domain.access import About
    from chalicelib.domain.oneroster import Bundle
    from chalicelib.domain.roster import Line


class RosterReads(Protocol):
    """Says who has to do with whom."""

    def of(self, person: str, student: str | None = None) -> tuple[dt.date, list[Line], list[str]]:
        """Return today, a person's lines, and the courses of a student that she teaches."""
        ...

    def of_alert(self, person: str, alert_id: int) -> tuple[dt.date, list[Line], About]:
        """Return today, a person's lines, and what an alert is about."""
        ...


class Roster(RosterReads, Protocol):
    """Keeps who has to do with whom, every version of it."""

    def put(self, line: Line, *, by: str) -> bool:
        """Keep one line; tell whether it differs from what was kept."""
        ...

    def put_own(
        self,
        person: str,
        lines: list[Line],
        *,
        by: str,
        check: Callable[[list[Line], list[Line], dt.date], None],
    ) -> bool:
        """Let these be all that a person is by herself, unless `check` refuses."""
        ...

    def by_target(self, kind: str, target: str, *, person: str) -> tuple[Any, Any]:
        """Return who teaches a course or advises a student, and the past of it."""
        ...

    def by_person(self, whose: str, *, person: str) -> tuple[Any, Any]:
        """Return what the roster says of a person, and the past of it."""
        ...


class RosterImports(Protocol):
    """Keeps a whole roster."""

    def bring_in(self, bundle: Bundle, *, by: str, dry_run: bool) -> dict[str, int]:
        """Keep it all, or only find out what would change; return how many of each kind."""
        ...
