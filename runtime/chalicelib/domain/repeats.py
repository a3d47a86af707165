"""A key that stands twice in one JSON object, of which two readers may take different values."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

KEPT = "metadata"  # kept as it was sent, so whatever stands twice in it still does


class _Repeated(NamedTuple):
    """Stands for an object that has a key twice."""

    key: str


def repeated(text: bytes | str) -> str | None:
    """Return a key that stands twice in an object of this valid JSON, or None.

    What metadata holds is left alone.
    """
    try:
        value = json.loads(text, object_pairs_hook=_distinct, parse_int=str, parse_float=str)
    except RecursionError:  # nothing that we take is nested so deeply: it is refused for that
        return None
    found = _mark(value)
    return found.key if found else None


def _distinct(pairs: list[tuple[str, Any]]) -> Any:
    """Return the object, or the mark of one that has a key twice, also further in."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            return _Repeated(name)
        if name != KEPT and (mark := _mark(value)):
            return mark
        found[name] = value
    return found


def _mark(value: Any) -> _Repeated | None:
    if isinstance(value, list):
        return next((mark for one in value if (mark := _mark(one))), None)
    return value if isinstance(value, _Repeated) else None
