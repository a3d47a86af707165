"""Opaque cursors: the keyset of a page's last row, safe to hand to anybody.

A checksum tells a cursor that was cut or changed on its way from one that a page has given. It is
no seal: who makes one up gets another place in the same list, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1
REFUSED = "`cursor` is not one that a page of this list has given."
DEFAULT_LIMIT, MOST = 50, 200
_CHECKSUM_BYTES = 4


def encode(last: Sequence[Any] | None, kind: str) -> str | None:
    """Return the cursor behind a row of a list of this kind; None at the end."""
    if last is None:
        return None
    text = msgspec.json.encode([VERSION, kind, *last])
    return base64.urlsafe_b64encode(_checksum(text) + text).decode().rstrip("=")


def decode(cursor: str | None, kind: str, types: Sequence[type]) -> list[Any]:
    """Return the keyset of a cursor of this kind, its parts of these types; [] without a cursor.

    Raises InvalidRequestError for a cursor that was not made by `encode` for such a list.
    """
    if not cursor:
        return []
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        checksum, text = whole[:_CHECKSUM_BYTES], whole[_CHECKSUM_BYTES:]
        parts = msgspec.json.decode(text, type=list[Any])
        known: list[Any] = [_of(part, of) for part, of in zip(parts[2:], types, strict=True)]
    except (ValueError, binascii.Error, msgspec.MsgspecError, TypeError) as error:
        raise InvalidRequestError(REFUSED) from error
    if parts[:2] != [VERSION, kind] or checksum != _checksum(text):
        raise InvalidRequestError(REFUSED)
    return known


def limit_of(text: str | None) -> int:
    """Return how many rows a page shall have, 1 to 200."""
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= MOST:
        raise InvalidRequestError(f"`limit` is {text[:20]!r}; 1 to {MOST} is expected.")
    return int(text)


def _checksum(text: bytes) -> bytes:
    return zlib.crc32(text).to_bytes(_CHECKSUM_BYTES, "big")


def _of(part: object, kind: type) -> object:
    """Return a part of a keyset as the database takes it; a UUID is checked and stays text."""
    value: object = msgspec.convert(part, kind)
    if isinstance(value, str) and "\0" in value:
        raise ValueError("no text of the database holds U+0000")
    return str(value) if isinstance(value, uuid.UUID) else value
