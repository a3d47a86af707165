"""Of which version a change is wanted: If-Match, ETag (RFC 9110)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidRequestError, UnconditionalError

if TYPE_CHECKING:
    from chalice.app import Request

_TAGS = re.compile(r'(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*')
_STRONG = re.compile(r'(?<!W/)"(\d{1,9})"')


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
