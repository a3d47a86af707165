"""PostgreSQL array literals: the fastest way to hand a batch of values to one statement.

Building the literal by hand is twice as fast as letting the driver adapt a list, and one literal
per column keeps the whole batch in a single statement, which a proxy does not have to pin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def plain(values: Iterable[object]) -> str:
    """Return a literal of integers or uuids: nothing in them needs quoting."""
    return "{" + ",".join(map(str, values)) + "}"


def optional(values: Iterable[object | None]) -> str:
    """Return a literal of integers or uuids, some of them absent."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Sequence[str]) -> str:
    """Return a literal of texts, each quoted; ValueError for a NUL, which no text can hold."""
    if not values:
        return "{}"
    # NUL cannot be in a PostgreSQL text, so it can part the values while all are escaped at once.
    joined = "\0".join(values).replace("\\", "\\\\").replace('"', '\\"')
    if joined.count("\0") != len(values) - 1:
        raise ValueError("a text holds U+0000")
    return '{"' + joined.replace("\0", '","') + '"}'


def optional_texts(values: Iterable[str | None]) -> str:
    """Return a literal of texts, some of them absent."""
    quoted = [
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    ]
    return "{" + ",".join(quoted) + "}"
