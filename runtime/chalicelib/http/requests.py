"""What a request says: its body, its correlation id, its parameters."""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
import uuid
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.errors import (
    InvalidRequestError,
    NotFoundError,
    TooLargeError,
    UnsupportedMediaError,
)
from chalicelib.domain.events import Moment
from chalicelib.domain.repeats import repeated
from chalicelib.services.ingest import MAX_BYTES
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalice.app import Request

JSON = "application/json"
ZIPS = ("application/zip", "application/octet-stream")
_UID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AT_PATH = re.compile(r"^(.*?)(?: - at `(.*)`)?$", re.DOTALL)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
MAX_ID = 128
NOW = "now"  # a moment, in a path
MAX_DIGITS = 18  # of a bigint, all but the last
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # zlib's number for a gzip header with the largest window


def begin(request: Request) -> str:
    """Return the request's correlation id, which logs, the ledger and the answer carry.

    It is always our own: whatever a request brings could be the number of a student, and even a
    random UUID is what accounts and pseudonyms look like.
    """
    correlation_id = str(uuid.uuid4())
    logger.set_correlation_id(correlation_id)
    return correlation_id


def json_bytes(request: Request) -> bytes:
    """Return the body's JSON, inflated; at most 4 MB of it."""
    if media_type_of(request) != JSON:
        raise UnsupportedMediaError("Content-Type is not application/json.")
    return body_of(request)


def zip_of(request: Request) -> bytes:
    """Return the body, which is a zip file; at most 4 MB of it."""
    if media_type_of(request) not in ZIPS:
        raise UnsupportedMediaError("Content-Type is not application/zip.")
    return body_of(request)


def media_type_of(request: Request) -> str:
    """Return what kind of thing the body is, JSON unless it says otherwise."""
    sent = str(request.headers.get("content-type", JSON))
    return sent.partition(";")[0].strip().lower()


def body_of(request: Request) -> bytes:
    """Return the body, inflated; at most 4 MB of it."""
    raw = request.raw_body
    body = raw.encode() if isinstance(raw, str) else raw
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding == "gzip" and body.startswith(GZIP_MAGIC):
        return _inflate(body)
    # API Gateway inflates itself, and leaves the header as it was.
    if coding not in {"identity", "gzip", ""}:
        raise UnsupportedMediaError("Content-Encoding is neither gzip nor identity.")
    if len(body) > MAX_BYTES:
        raise TooLargeError(f"The body has {len(body)} bytes; at most {MAX_BYTES} are taken.")
    return body


def read(request: Request, as_: Any) -> Any:
    """Return the body as a value of a type; InvalidRequestError names what is wrong and where."""
    body = json_bytes(request)
    try:
        found = msgspec.json.decode(body, type=as_)
    except msgspec.ValidationError as error:
        found = _AT_PATH.match(str(error))
        reason, path = (found[1], found[2]) if found else (str(error), None)
        wrong = {"path": path or "$", "reason": reason}
        raise InvalidRequestError(f"{path or '$'}: {reason}", [wrong]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequestError(f"The body is not readable as JSON: {error}.") from error
    if name := repeated(body):
        wrong = {"path": f"$.{name}", "reason": "it stands there twice"}
        raise InvalidRequestError(f"`{name}` stands twice in one object.", [wrong])
    return found


def student_of(text: str) -> str:
    """Return a pseudonym of a path; NotFoundError when it cannot be one."""
    return uid_of(text, "student")


def uid_of(text: str, what: str) -> str:
    """Return a UUID of a path; NotFoundError when it cannot be one."""
    if not _UID.fullmatch(text):
        raise NotFoundError(f"There is no such {what}.")
    return text.lower()


def student_filter(parameters: Mapping[str, str]) -> str | None:
    """Return the student that a query parameter narrows a list to, or None when it is absent."""
    value = parameters.get("student")
    if value is not None and not _UID.fullmatch(value):
        raise InvalidRequestError(f"`student` is {value[:40]!r}, which is no pseudonym.")
    return value and value.lower()


def id_of(text: str) -> str:
    """Return an id of a path, percent-decoded; InvalidRequestError when no event could name it."""
    return name_of(urllib.parse.unquote(text))


def filter_of(parameters: Mapping[str, str], name: str) -> str | None:
    """Return the id that a query parameter narrows a list to, or None when it is absent."""
    value = parameters.get(name)
    return None if value is None else name_of(value)


def moment_of(text: str, now: dt.datetime) -> dt.datetime:
    """Return a moment of a path, percent-decoded, or `now`; InvalidRequestError if it is none."""
    if text == NOW:
        return now
    try:
        return _moment(urllib.parse.unquote(text))
    except (msgspec.ValidationError, OverflowError) as error:
        raise InvalidRequestError(
            f"{text[:40]!r} is not a moment of RFC 3339 with its offset, such as "
            "2025-03-03T12:00:00Z, nor `now`."
        ) from error


def _moment(text: str) -> dt.datetime:
    found: dt.datetime = msgspec.convert(text, Moment)
    return found.astimezone(dt.UTC)


def days_of(
    parameters: Mapping[str, str], today: dt.date, *, usual: int, most: int
) -> tuple[dt.date, dt.date]:
    """Return the days from `from` to `to`; without them the last `usual` ones. At most `most`."""
    last = _day(parameters, "to") or today
    first = _day(parameters, "from") or last - dt.timedelta(days=usual - 1)
    if not 0 <= (last - first).days < most:
        raise InvalidRequestError(f"`from` {first} to `to` {last} are not 1 to {most} days.")
    return first, last


def _day(parameters: Mapping[str, str], name: str) -> dt.date | None:
    text = parameters.get(name)
    try:
        return None if text is None else _checked(dt.date.fromisoformat(text), text)
    except ValueError as error:
        raise InvalidRequestError(
            f"`{name}` is {text[:40] if text else text!r}; a day such as 2025-03-03."
        ) from error


def _checked(day: dt.date, text: str) -> dt.date:
    """Return a day from 1970 on that is written as RFC 3339 writes it."""
    if day.isoformat() != text or day.year < 1970:
        raise ValueError(text)
    return day


def number_of(text: str, what: str) -> int:
    """Return a number of a path; NotFoundError when it is none."""
    if not re.fullmatch(f"[0-9]{{1,{MAX_DIGITS}}}", text):
        raise NotFoundError(f"There is no such {what}.")
    return int(text)


def parameter(parameters: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    """Return a query parameter that may have these values only, or None when it is absent."""
    value = parameters.get(name)
    if value is not None and value not in allowed:
        raise InvalidRequestError(f"`{name}` is {value[:40]!r}; one of {', '.join(allowed)}.")
    return value


def name_of(name: str) -> str:
    """Return an id as it is; InvalidRequestError when it cannot be one."""
    if not 1 <= len(name) <= MAX_ID or _CONTROL.search(name):
        raise InvalidRequestError(
            "An id has 1 to 128 characters, none of them a control character."
        )
    return name


def _inflate(body: bytes) -> bytes:
    inflater = zlib.decompressobj(GZIP_WINDOW)
    try:
        text = inflater.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise InvalidRequestError("The body is not readable as gzip.") from error
    if len(text) > MAX_BYTES:
        raise TooLargeError(f"The body inflates to more than {MAX_BYTES} bytes.")
    if not inflater.eof:
        raise InvalidRequestError("The body's gzip stream is cut off.")
    return text
