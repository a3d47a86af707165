"""Opaque cursors: the keyset of a page's last row, safe to hand to anybody.

A checksum tells a cursor that was cut or changed on its way from one that a page has given. It is
no seal: who makes one up gets another place in the same list, and nothing else. Where it would name
a student it is encrypted besides, under a `key`, since it comes back in a URL's query.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import uuid
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.domain.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1
REFUSED = "`cursor` is not one that a page of this list has given."
DEFAULT_LIMIT, MOST = 50, 200
_CHECKSUM_BYTES = 4
_NONCE_BYTES = 12


def encode(last: Sequence[Any] | None, kind: str, *, key: bytes = b"") -> str | None:
    """Return the cursor behind a row of a list of this kind; None at the end.

    With a `key` of 32 bytes nobody but its holder can tell what the cursor names.
    """
    if last is None:
        return None
    text = msgspec.json.encode([VERSION, kind, *last])
    whole = _checksum(text) + text
    whole = _sealed(whole, key) if key else whole
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def decode(cursor: str | None, kind: str, types: Sequence[type], *, key: bytes = b"") -> list[Any]:
    """Return the keyset of a cursor of this kind, its parts of these types; [] without a cursor.

    Raises InvalidRequestError for a cursor that was not made by `encode` for such a list.
    """
    if not cursor:
        return []
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        whole = _opened(whole, key) if key else whole
        checksum, text = whole[:_CHECKSUM_BYTES], whole[_CHECKSUM_BYTES:]
        parts = msgspec.json.decode(text, type=list[Any])
        known: list[Any] = [_of(part, of) for part, of in zip(parts[2:], types, strict=True)]
    except (ValueError, binascii.Error, msgspec.MsgspecError, TypeError, InvalidTag) as error:
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


def _sealed(text: bytes, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, None)


def _opened(whole: bytes, key: bytes) -> bytes:
    return AESGCM(key).decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], None)


def _checksum(text: bytes) -> bytes:
    return zlib.crc32(text).to_bytes(_CHECKSUM_BYTES, "big")


def _of(part: object, kind: type) -> object:
    """Return a part of a keyset as the database takes it; a UUID is checked and stays text."""
    value: object = msgspec.convert(part, kind)
    if isinstance(value, str) and "\0" in value:
        raise ValueError("no text of the database holds U+0000")
    return str(value) if isinstance(value, uuid.UUID) else value
