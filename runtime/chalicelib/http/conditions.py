"""Who wants a change, and of which version: X-Person, If-Match, ETag (RFC 9110)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidRequestError, UnconditionalError
from chalicelib.http.requests import name_of

if TYPE_CHECKING:
    from chalice.app import Request

_TAGS = re.compile(r'(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*')
_STRONG = re.compile(r'(?<!W/)"(\d{1,9})"')


def person_of(request: Request) -> str:
    """Return who acts, by the header X-Person until people sign in."""
    person = request.headers.get("x-person")
    if person is None:
        raise InvalidRequestError("X-Person does not say who acts.")
    return name_of(person)


def versions_of(request: Request) -> frozenset[int] | None:
    """Return the versions that If-Match names; None for `*`, which is any.

    UnconditionalError without the header. A weak tag, and one that we have never given, match
    nothing.
    """
    sent = request.headers.get("if-match", "").strip()
    if not sent:
        raise UnconditionalError("If-Match is missing: send the ETag of what you have read.")
    if sent == "*":
        return None
    if not _TAGS.fullmatch(sent):
        raise InvalidRequestError('If-Match is neither `*` nor a list of tags such as "3".')
    return frozenset(map(int, _STRONG.findall(sent)))


def etag(version: int) -> dict[str, str]:
    """Return the header that names a version."""
    return {"ETag": f'"{version}"'}
