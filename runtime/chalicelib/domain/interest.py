"""The reason of a permission as the ledger keeps it: it names no student."""

from __future__ import annotations

import re
from typing import NamedTuple

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ADVISES = re.compile(f"^advises {_UUID}")
_SELF = re.compile(f"^is the student {_UUID}.*$")


class Interest(NamedTuple):
    """Why somebody may read."""

    words: str
    own: bool  # it is her own record


def interest_of(reason: str) -> Interest:
    """Return the interest of a permission; reasons are worded by domain.roster.Line."""
    if _SELF.match(reason):
        return Interest("is the student", own=True)
    return Interest(_ADVISES.sub("advises the student", reason), own=False)
