"""Read one event of the API from its JSON, or say what is wrong with it and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain import events
from chalicelib.domain.conversion import InvalidEventError, to_wire
from chalicelib.domain.repeats import repeated

if TYPE_CHECKING:
    from chalicelib.domain import wire

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONG_FRACTION = re.compile(rb"(:\d\d\.\d{6})\d+")
_AT_PATH = re.compile(r"^(.*?)(?: - at `(.*)`)?$", re.DOTALL)
_FIELD_IN_MESSAGE = re.compile(r"field `([^`]+)`")

_NAMES = {  # of each type's fields, as they stand in JSON
    kind: tuple(f'"{name}"'.encode() for name in ("event_type", *kind.__struct_fields__))
    for kind in events.TYPES
}

_decode = msgspec.json.Decoder(events.Event).decode
_decode_any = msgspec.json.decode


def read_event(raw: bytes, key: bytes) -> wire.Event:
    """Return the validated event with the student's pseudonym under `key`.

    Raises InvalidEventError for the first thing that is wrong; nothing is guessed or repaired.
    """
    try:
        raw.decode()
        event = _decode(raw)
        if _LONG_FRACTION.search(raw):
            event = _with_times_of(event, _decode(_LONG_FRACTION.sub(rb"\1", raw)))
    except msgspec.ValidationError as error:
        raise _located(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidEventError("$", f"not readable as JSON: {error}") from error
    # Only an escape, DEL, or the first byte of C1 in UTF-8 may hide a control character.
    if b"\\" in raw or b"\x7f" in raw or b"\xc2" in raw:
        _look_for_controls(raw)
    found = to_wire(event, key)
    # A key may stand twice only where its name does, or is spelt with an escape.
    if b"\\" in raw or any(raw.count(name) > 1 for name in _NAMES[type(event)]):
        _refuse_repeats(raw)
    return found


def _with_times_of(event: events.Event, cut: events.Event) -> events.Event:
    """Return the event with its moments cut to the microsecond, not rounded, and only those.

    What looks like a moment within an id or in metadata stays as it was sent.
    """
    if isinstance(event, events.EventRetracted) and isinstance(cut, events.EventRetracted):
        named = events.Retracts(event.retracts.event_id, cut.retracts.occurred_at)
        return msgspec.structs.replace(event, occurred_at=cut.occurred_at, retracts=named)
    moments = {"occurred_at": cut.occurred_at}
    if due_at := getattr(cut, "due_at", None):
        moments["due_at"] = due_at
    return msgspec.structs.replace(event, **moments)


def event_id_of(raw: bytes) -> str | None:
    """Return the event_id of an event that may be wrong otherwise, for the sender's sake."""
    try:
        named = _decode_any(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    found = named.get("event_id") if isinstance(named, dict) else None
    return found[:128] if isinstance(found, str) else None


def _located(message: str) -> InvalidEventError:
    """Part the library's message into the path and the reason."""
    found = _AT_PATH.match(message)
    reason, path = (found[1], found[2]) if found else (message, None)
    field = _FIELD_IN_MESSAGE.search(reason)
    at = (path or "$") + (f".{field[1]}" if field else "")
    return InvalidEventError(at, reason)


def _look_for_controls(raw: bytes) -> None:
    """Refuse a control character in any text, metadata's included."""
    try:
        _refuse_controls(_decode_any(raw), "$")
    except (msgspec.MsgspecError, RecursionError) as error:  # a number or a depth of metadata
        raise InvalidEventError("$.metadata", f"not readable as JSON: {error}") from error


def _refuse_repeats(raw: bytes) -> None:
    """Refuse an event that says one thing twice: who reads it next might take the other value."""
    if name := repeated(raw):
        raise InvalidEventError(f"$.{name}", "it stands there twice")


def _refuse_controls(value: object, path: str) -> None:
    if isinstance(value, str):
        if _CONTROL.search(value):
            raise InvalidEventError(path, "a control character or a lone surrogate")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_controls(name, path)
            _refuse_controls(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            _refuse_controls(inner, f"{path}[{i}]")
