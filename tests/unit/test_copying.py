"""The lines of a COPY say what the events say, whatever characters are in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.postgres.copying import PART, Feed, lines
from chalicelib.domain.delivery import Incoming
from tests.builders import STUDENTS, active, scored

SPECIAL = st.text(alphabet="ab\\N\t\n\r\"'{},", max_size=12)


def incoming(event, uid="0" * 32):
    return Incoming(event, "local", "1" * 32, "correlation", uid)


def read(line: str) -> list[str | None]:
    """Read a line as PostgreSQL's text format says (COPY, "File Formats")."""
    plain = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}
    values: list[str | None] = []
    for field in line.split("\t"):
        if field == "\\N":
            values.append(None)
            continue
        value, rest = "", field
        while rest:
            pair = rest[:2]
            value, rest = (
                (value + plain[pair], rest[2:]) if pair in plain else (value + rest[0], rest[1:])
            )
        values.append(value)
    return values


@given(st.lists(st.tuples(SPECIAL, SPECIAL, st.none() | SPECIAL), min_size=1, max_size=5))
def test_every_text_comes_out_as_it_went_in(texts):
    events = [
        scored(event_id, STUDENTS[0], 1, 50, item=item, metadata=metadata)
        for event_id, item, metadata in texts
    ]

    written = lines([incoming(event) for event in events]).decode()

    assert written.endswith("\n")
    rows = [read(line) for line in written[:-1].split("\n")]
    assert [(row[6], row[8], row[10]) for row in rows] == texts


def test_a_moment_is_written_to_the_microsecond():
    event = active("a", STUDENTS[0], 0)
    moved = type(event)(
        **{f: getattr(event, f) for f in event.__struct_fields__}
        | {"occurred_us": 1_728_950_399_000_001}
    )

    (row,) = lines([incoming(moved)]).decode().splitlines()

    assert row.split("\t")[1] == "2024-10-14 23:59:59.000001+00"


def test_no_text_with_a_nul_is_written():
    with pytest.raises(ValueError, match="U\\+0000"):
        lines([incoming(scored("a\0b", STUDENTS[0], 1, 50))])


def test_everything_is_fed_in_parts_and_handed_on_meanwhile():
    events = [incoming(active(f"a{i}", STUDENTS[0], i / 100)) for i in range(2 * PART + 3)]
    handed: list[Incoming] = []
    feed = Feed(events, handed.extend)

    first = feed.read(8192)
    assert handed == []  # the first part is on its way before anything else is done
    fed = first
    while part := feed.read(8192):
        fed += part

    assert fed.count(b"\n") == len(events)
    assert handed == events
    assert feed.error is None


def test_an_error_ends_the_feed_and_waits_for_the_caller():
    feed = Feed([incoming(scored("\ud800", STUDENTS[0], 1, 50))], lambda part: None)

    assert feed.read(8192) == b""
    assert isinstance(feed.error, UnicodeEncodeError)
