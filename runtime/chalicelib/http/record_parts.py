"""A record in parts, each no longer than one answer may be."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.record import BY_NAME, Place, Row, sections_from
from chalicelib.http import cursors

if TYPE_CHECKING:
    from collections.abc import Iterator

    import msgspec
    from chalice.app import Request

# Lambda answers with 6 MB at most (6,291,556 bytes; its quotas), the body as a JSON string in it.
MOST = 6_000_000
GZIP, HTML = "application/gzip", "text/html"
_KNOWN = {HTML, "application/json"}
_MOST_NUMBER = 2**63
_TYPES = (str, int, dt.datetime, uuid.UUID)


class Form(NamedTuple):
    """In which form a record is wanted."""

    html: bool
    zipped: bool

    @property
    def rows(self) -> int:
        """How many bytes of rows to begin with; zipped, what a function of 512 MB does in 10 s."""
        if self.zipped:
            return 16_000_000 if self.html else 40_000_000
        return 5_000_000

    def share(self, body: bytes) -> float:
        """Return how much of an answer a body takes: bytes as base64, text as a JSON string."""
        length = (len(body) + 2) // 3 * 4 if self.zipped else len(json.dumps(body.decode()))
        return length / MOST


class Part(NamedTuple):
    """Rows that follow each other."""

    after: Place | None
    rows: list[Row]
    more: bool

    @property
    def cursor(self) -> str | None:
        """Where the next part begins; None at the end."""
        return cursors.encode(self.rows[-1].place, "record") if self.more else None

    def shorter(self, share: float) -> Part:
        """Return a part that takes no more than one answer, of one that takes so much of one."""
        rows = min(int(len(self.rows) / share * 0.9), len(self.rows) - 1)  # some are longer
        return self._replace(rows=self.rows[: max(rows, 1)], more=True)

    def sections(self) -> dict[str, list[msgspec.Raw]]:
        """Return the rows of each section that it reaches."""
        names = [section.name for section in sections_from(self.after)]
        reached = names.index(self.rows[-1].section) + 1 if self.more else len(names)
        found: dict[str, list[msgspec.Raw]] = {name: [] for name in names[:reached]}
        for row in self.rows:
            found[row.section].append(row.content)
        return found


def form_of(request: Request) -> Form:
    """Return the form that Accept asks for: zipped if that is named first, as API Gateway has it.

    A page or JSON: whichever is named first.
    """
    sent = str(request.headers.get("accept", "")).split(",")
    named = [one.partition(";")[0].strip().lower() for one in sent]
    html = next((one == HTML for one in named if one in _KNOWN), False)
    return Form(html, named[0] == GZIP)


def place_of(cursor: str | None) -> Place | None:
    """Return where a record goes on; None: it begins. InvalidRequestError for another's cursor."""
    parts = cursors.decode(cursor, "record", _TYPES)
    if not parts:
        return None
    place = Place(*parts)
    if place.section not in BY_NAME or not 0 <= place.number < _MOST_NUMBER:
        raise InvalidRequestError(cursors.REFUSED)
    return place


def part_of(rows: Iterator[Row], after: Place | None, form: Form) -> Part:
    """Take as many rows as one answer of this form may hold, one at least if there is any."""
    taken: list[Row] = []
    left = form.rows
    for row in rows:
        left -= (
            len(json.dumps(bytes(row.content).decode())) if not form.zipped else len(row.content)
        )
        if left < 0 and taken:
            return Part(after, taken, more=True)
        taken.append(row)
    return Part(after, taken, more=False)
