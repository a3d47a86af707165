"""The erasure of a student: what was decided, what was deleted, and the signed proof of it."""

from __future__ import annotations

import datetime as dt  # msgspec reads the types
import enum
import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PURPOSE = b"the list of erasures"


class Step(enum.StrEnum):
    """How far an erasure has come, in this order."""

    ASKED = "asked"
    WITHDRAWN = "withdrawn"  # a hold came in between
    DONE = "done"


class Erasure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is erased, by whose word."""

    student: str  # the pseudonym
    erased_at: dt.datetime
    asked_by: str
    reason: str
    step: Step = Step.ASKED
    deleted: dict[str, int] = {}  # rows by table, when it is done


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An erasure as the list keeps it."""

    erasure: Erasure
    signature: str  # HMAC-SHA-256 of the erasure, hex digits


def signed(erasure: Erasure, key: bytes) -> bytes:
    """Return the entry of the list, one line of JSON; `key` is the institution's."""
    return msgspec.json.encode(Entry(erasure=erasure, signature=_signature(erasure, key)))


def verified(entry: bytes, key: bytes) -> Erasure:
    """Return the erasure of an entry; ConfigurationError when it was not signed with this key."""
    try:
        found = msgspec.json.decode(entry, type=Entry)
    except msgspec.DecodeError as error:
        raise ConfigurationError("the list of erasures holds what is no entry") from error
    if not hmac.compare_digest(found.signature, _signature(found.erasure, key)):
        raise ConfigurationError("the list of erasures holds an entry with a wrong signature")
    return found.erasure


def decided(erasures: Iterable[Erasure]) -> list[Erasure]:
    """Return those that hold, one for each student: the latest word, unless it was withdrawn."""
    order = list(Step)
    latest: dict[str, Erasure] = {}
    for one in sorted(erasures, key=lambda e: (e.erased_at, order.index(e.step))):
        latest[one.student] = one
    return [one for _, one in sorted(latest.items()) if one.step is not Step.WITHDRAWN]


def _signature(erasure: Erasure, key: bytes) -> str:
    """Sign under a key that is derived, so that no pseudonym is ever a signature."""
    own = hmac.digest(key, _PURPOSE, hashlib.sha256)
    return hmac.digest(own, msgspec.json.encode(erasure, order="deterministic"), "sha256").hex()
