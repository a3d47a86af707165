"""What a request says of a policy, in TOML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidRequestError, TooLargeError, UnsupportedMediaError
from chalicelib.domain.policy import read_json, read_toml
from chalicelib.http.requests import body_of, media_type_of

if TYPE_CHECKING:
    from chalice.app import Request

    from chalicelib.domain.policy import Overrides

READERS = {"application/json": read_json, "application/toml": read_toml}
MAX_BYTES = 64 * 1024


def overrides_of(request: Request) -> tuple[Overrides, str]:
    """Return the thresholds of the body, and the body as it came."""
    read = READERS.get(media_type_of(request))
    if read is None:
        raise UnsupportedMediaError(f"Content-Type is none of {', '.join(READERS)}.")
    body = body_of(request)
    if len(body) > MAX_BYTES:
        raise TooLargeError(f"A policy has at most {MAX_BYTES} bytes.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequestError("The body is not UTF-8.") from error
    return read(text), text
