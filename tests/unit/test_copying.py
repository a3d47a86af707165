"""The rows of a COPY say what the events say, whatever characters are in them."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.postgres.copying import PART, Feed, rows
from chalicelib.domain.delivery import Incoming
from tests.builders import STUDENTS, active, scored

SPECIAL = st.text(alphabet="ab\\N\t\n\r\"'{},é\u20ac\U0001f600", max_size=12)


def incoming(event, uid="0" * 32):
    return Incoming(event, "local", "1" * 32, "correlation", uid)


def read(written: bytes) -> list[list[bytes | None]]:
    """Read rows as PostgreSQL's binary format says (COPY, "File Formats")."""
    found = []
    while written:
        (columns,), written = struct.unpack("!h", written[:2]), written[2:]
        values: list[bytes | None] = []
        for _ in range(columns):
            (length,), written = struct.unpack("!i", written[:4]), written[4:]
            values.append(None if length < 0 else written[:length])
            written = written[max(length, 0) :]
        found.append(values)
    return found


def encoded(*texts: str | None) -> list[bytes | None]:
    return [None if text is None else text.encode() for text in texts]


@given(st.lists(st.tuples(SPECIAL, SPECIAL, st.none() | SPECIAL), min_size=1, max_size=5))
def test_every_text_comes_out_as_it_went_in(texts):
    events = [
        scored(event_id, STUDENTS[0], 1, 50, item=item, metadata=metadata)
        for event_id, item, metadata in texts
    ]

    written = read(rows([incoming(event) for event in events]))

    assert [[row[6], row[8], row[10]] for row in written] == [encoded(*row) for row in texts]


def test_a_moment_is_written_in_microseconds_since_2000():
    event = active("a", STUDENTS[0], 0)
    moved = type(event)(
        **{f: getattr(event, f) for f in event.__struct_fields__}
        | {"occurred_us": 1_728_950_399_000_001}
    )

    (row,) = read(rows([incoming(moved)]))

    assert row[1] is not None
    assert struct.unpack("!q", row[1]) == (782_265_599_000_001,)


def test_identities_are_written_as_sixteen_bytes():
    (row,) = read(rows([incoming(active("a", STUDENTS[0], 0), uid="ab" * 16)]))

    assert row[0] == bytes.fromhex(STUDENTS[0].replace("-", ""))
    assert row[2:4] == [b"\xab" * 16, b"\x11" * 16]


def test_everything_is_fed_in_parts_and_handed_on_meanwhile():
    events = [incoming(active(f"a{i}", STUDENTS[0], i / 100)) for i in range(2 * PART + 3)]
    handed: list[Incoming] = []
    feed = Feed(events, handed.extend)

    first = feed.read(8192)
    assert handed == []  # the first part is on its way before anything else is done
    fed = first
    while part := feed.read(8192):
        fed += part

    assert fed.startswith(b"PGCOPY\n\xff\r\n\0" + bytes(8))
    assert fed.endswith(b"\xff\xff")
    assert len(read(fed[19:-2])) == len(events)
    assert handed == events
    assert feed.error is None


def test_an_error_ends_the_feed_and_waits_for_the_caller():
    feed = Feed([incoming(scored("\ud800", STUDENTS[0], 1, 50))], lambda part: None)

    assert feed.read(8192) == b""
    assert isinstance(feed.error, UnicodeEncodeError)
