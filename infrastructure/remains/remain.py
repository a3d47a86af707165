"""One thing that outlives its stack."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Remain:
    """What it is, and how to remove it; None where nobody can, with `why` then."""

    kind: str  # the class it is listed under, in the plural
    name: str
    region: str
    remove: Callable[[], object] | None
    backup: bool = False  # holds records of students: goes only where backups are named
    why: str = ""  # what it waits for, or what is special about it
