"""What a sender may put into `metadata`: kept as sent, so it must stay readable."""

from __future__ import annotations

import json
import re

MAX_BYTES = 8 * 1024
MAX_DEPTH = 100
# Only a far exponent, a number of hundreds of digits or many brackets need a closer look.
_FAR = re.compile(rb"[eE][+-]?\d\d\d")
_LONG = re.compile(rb"\d{300}")


class _NotFiniteError(ValueError):
    """A number that no double holds."""


def wrong_with(text: bytes) -> str | None:
    """Return why this JSON value cannot be kept as metadata, or None when it can."""
    if not text.startswith(b"{"):
        return "Expected `object`"
    if len(text) > MAX_BYTES:
        return f"{len(text)} bytes; at most {MAX_BYTES} are kept"
    return _looked_at(text) if _is_odd(text) else None


def _is_odd(text: bytes) -> bool:
    if _FAR.search(text):
        return True
    if len(text) <= MAX_DEPTH:
        return False
    return text.count(b"{") + text.count(b"[") > MAX_DEPTH or _LONG.search(text) is not None


def _looked_at(text: bytes) -> str | None:
    try:
        value = json.loads(text, parse_float=_finite, parse_int=_finite)
    except _NotFiniteError:
        return "Number out of range"
    except RecursionError:
        return f"nested more than {MAX_DEPTH} deep"
    return f"nested more than {MAX_DEPTH} deep" if _deeper(value, MAX_DEPTH) else None


def _finite(number: str) -> float:
    """Return a number; the database's jsonb takes neither 1e200000 nor 1e-200000."""
    value = float(number)
    vanished = value == 0 and any(digit in "123456789" for digit in re.split("[eE]", number)[0])
    if vanished or value in (float("inf"), float("-inf")):
        raise _NotFiniteError(number)
    return value


def _deeper(value: object, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if left == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper(one, left - 1) for one in inner)
