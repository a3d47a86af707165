"""A student's record as an answer: JSON or a page, as it is or zipped, in parts if it is long."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.http.answers import answer, bytes_answer, html_answer
from chalicelib.http.record_page import HEADERS, record_page
from chalicelib.http.record_parts import GZIP

if TYPE_CHECKING:
    import datetime as dt

    from chalice.app import Response

    from chalicelib.http.record_parts import Form, Part

_LEVEL = 6


def record_answer(
    part: Part, form: Form, *, student: str, as_of: dt.datetime, person: object
) -> Response:
    """Return as much of a part of a record as one answer may hold."""
    body = _body(part, form, student, as_of, person)
    while (share := form.share(body)) > 1 and len(part.rows) > 1:
        part = part.shorter(share)
        body = _body(part, form, student, as_of, person)
    if form.zipped:
        name = f"record.{'html' if form.html else 'json'}.gz"
        attached = {"Content-Disposition": f'attachment; filename="{name}"'}
        return bytes_answer(body, GZIP, HEADERS | attached)
    return html_answer(body.decode(), HEADERS) if form.html else answer(body)


def _body(part: Part, form: Form, student: str, as_of: dt.datetime, person: object) -> bytes:
    made = _page if form.html else _json
    body = made(part, student, as_of, person)
    return gzip.compress(body, _LEVEL, mtime=0) if form.zipped else body


def _json(part: Part, student: str, as_of: dt.datetime, person: object) -> bytes:
    told: dict[str, Any] = {"student": student, "as_of": as_of}
    if part.after is None:
        told["person"] = person
    return msgspec.json.encode({**told, **part.sections(), "next": part.cursor})


def _page(part: Part, student: str, as_of: dt.datetime, person: object) -> bytes:
    page = record_page(
        student,
        f"{as_of:%Y-%m-%d %H:%M}",
        part.sections(),
        person=person,
        is_first=part.after is None,
        cursor=part.cursor,
    )
    return page.encode()
