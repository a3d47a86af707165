"""What is kept of a record that cannot be read, and whose it is."""

from __future__ import annotations

import hashlib
import json
import uuid
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import poison, wire
from tests.builders import STUDENTS, active, scored

ADA, BEN, EVE = STUDENTS
EVENT_ID = str(uuid.UUID(int=2**127 + 1))


def envelope(*events, version=2, **more):
    return wire.Envelope(version, "local", EVENT_ID, 1, list(events), **more)


def _kpl(*records: bytes) -> bytes:
    """Return an aggregate whose digest is wrong."""
    message = b"".join(b"\x1a" + bytes([len(r)]) + r for r in records)
    return b"\xf3\x89\x9a\xc2" + message + hashlib.md5(b"other", usedforsecurity=False).digest()


def test_an_envelope_of_another_version_is_taken_apart_by_student():
    first, second, third = scored("1", ADA, 1, 50), active("2", BEN, 1), scored("3", ADA, 2, 60)
    parts = poison.parts(wire.pack(envelope(first, second, third)))

    assert [poison.students_of(part) for part in parts] == [(ADA,), (BEN,)]
    assert [poison.origin_of(part) for part in parts] == [("local", EVENT_ID)] * 2
    told = [msgspec.json.decode(part, type=wire.Envelope) for part in parts]
    assert told == [envelope(first, third), envelope(second)]


def test_what_is_of_one_student_is_its_text_byte_by_byte():
    text = b'{"v" : 2, "new": 1.50, "events": [[9, "id", "%s"], [9,"x","%s"]]}' % (
        (ADA.upper().encode(),) * 2
    )
    assert poison.parts(zlib.compress(text)) == [text]
    assert poison.students_of(text) == (ADA,)


def test_events_and_members_that_no_version_knows_yet_keep_their_bytes():
    events = [f'[9, "a", "{ADA}", 1.0]', f'{{"student": "{BEN}", "x":  1e2}}']
    text = f'{{"v": 3, "more": [1.0,  2], "events": [{", ".join(events)}]}}'
    parts = poison.parts(zlib.compress(text.encode()))

    assert [poison.students_of(part) for part in parts] == [(ADA,), (BEN,)]
    for part, event in zip(parts, events, strict=True):
        assert event.encode() in part
        assert b"[1.0,  2]" in part


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (msgspec.json.encode(active(EVENT_ID, ADA, 1)), (ADA,)),  # the id is nobody
        (f'{{"event_id": "{EVENT_ID}", "student": "{BEN}"}}'.encode(), (BEN,)),
        (f'["{ADA}", "{BEN}"]'.encode(), (ADA, BEN)),
        (f"x{ADA}{BEN}\xff".encode("latin-1"), (ADA, BEN)),
        (f'{{"v": 2, "events": {{"{EVE}": [1, 2]}}}}'.encode(), (EVE,)),
        (f'{{"v": 2, "events": [], "correlation_id": "{EVENT_ID}"}}'.encode(), ()),
        (f'[1, "id", "\\u0030{ADA[1:]}", 5]'.encode(), (ADA,)),  # an escape
        (b"[" * 100_000 + ADA.encode(), (ADA,)),
        (b"nobody", ()),
        (b"", ()),
    ],
)
def test_whose_it_is_is_found_in_whatever_it_is(text, students):
    assert poison.students_of(text) == students
    assert poison.students_of(zlib.compress(text)) == students
    assert poison.parts(zlib.compress(text)) == [text]


def test_a_damaged_record_is_kept_as_it_came_and_read_up_to_its_damage():
    data = wire.pack(envelope(*(active(f"{n}", ADA, n) for n in range(500))))
    for damaged in (data[:-2], data[: len(data) // 2], data[:-1] + b"\0"):
        assert poison.parts(damaged) == [damaged]
        assert {ADA} <= set(poison.students_of(damaged)) <= {ADA, EVENT_ID}


def test_what_is_compressed_within_an_aggregate_is_found():
    data = _kpl(*(wire.pack(envelope(active("a", s, 1))) for s in (ADA, BEN)))
    assert poison.parts(data) == [data]
    assert set(poison.students_of(data)) >= {ADA, BEN}


def test_a_zip_bomb_is_read_as_far_as_a_record_may_go():
    bomb = zlib.compress(ADA.encode() + b" " * (1 << 25))
    assert len(bomb) < 1 << 20
    assert poison.parts(bomb) == [bomb]
    assert poison.students_of(bomb) == (ADA,)


def test_what_is_too_long_to_be_shown_is_kept_as_it_came():
    text = f'[9, "id", "{ADA}"]'.encode() + b" " * poison.MOST_SHOWN_BYTES
    assert poison.parts(zlib.compress(text)) == [zlib.compress(text)]
    assert poison.students_of(zlib.compress(text)) == (ADA,)


def test_a_large_head_is_not_repeated_for_each_student():
    students = [str(uuid.UUID(int=n)) for n in range(50)]
    events = [[9, "id", student] for student in students]
    text = json.dumps({"v": 2, "head": "x" * 2**19, "events": events}).encode()
    assert poison.parts(zlib.compress(text)) == [text]
    assert list(poison.students_of(text)) == students


@given(st.binary(max_size=300))
def test_any_bytes_are_kept_and_searched(data):
    assert poison.parts(data) == [data]
    assert ADA in poison.students_of(data + ADA.encode())
    assert poison.origin_of(data) == (None, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(STUDENTS),
            st.text(max_size=9),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=20,
    )
)
def test_no_event_is_lost_and_none_is_with_anothers(events):
    text = json.dumps({"v": 7, "events": [[1, other, who, x] for who, other, x in events]})
    parts = poison.parts(zlib.compress(text.encode()))
    found = [event for part in parts for event in json.loads(part)["events"]]

    assert sorted(found, key=repr) == sorted(json.loads(text)["events"], key=repr)
    assert all(len(poison.students_of(part)) <= 1 for part in parts)
