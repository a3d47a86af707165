from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import wire
from chalicelib.domain.errors import PoisonError
from tests.builders import STUDENTS, active, attended, retracted, scored

EVENTS = [
    active("a", STUDENTS[0], 1),
    attended("b", STUDENTS[1], 1, "late", "s"),
    scored("c", STUDENTS[2], 2, 50, metadata='{"x":1}'),
]
EVENTS.append(retracted("d", EVENTS[0]))
ENVELOPE = wire.Envelope(wire.VERSION, "local", "correlation", 17, EVENTS)


def test_what_is_packed_is_unpacked():
    assert wire.unpack(wire.pack(ENVELOPE)) == (ENVELOPE, [])


def test_an_older_consumer_would_have_read_what_lacks_the_last_fields():
    head = b'{"v":1,"source":"l","correlation_id":"c","accepted_us":1,'
    text = head + b'"events":[[4,"a","%s",1,"C",null,"k"]]}'
    envelope, bad = wire.unpack(zlib.compress(text % STUDENTS[0].encode()))
    assert (bad, envelope.events[0].count) == ([], 0)


def test_a_bomb_is_not_inflated():
    with pytest.raises(PoisonError, match="oversized"):
        wire.unpack(zlib.compress(b" " * (wire.MAX_INFLATED_BYTES + 1)))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_envelope_or_poison(data):
    for candidate in (data, zlib.compress(data)):
        with pytest.raises(PoisonError):
            wire.unpack(candidate)
