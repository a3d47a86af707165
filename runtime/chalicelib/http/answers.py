"""Answers as JSON, in UTC, with the correlation id."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
from chalice.app import Response

from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from chalicelib.adapters.postgres.reads import Page

CORRELATION_HEADER = "X-Correlation-Id"
JSON = "application/json"


def answer(
    body: object,
    status: int = 200,
    *,
    media_type: str = JSON,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return a body as JSON; bytes are JSON already."""
    text = body if isinstance(body, bytes) else msgspec.json.encode(_in_utc(body))
    known: dict[str, str | list[str]] = {"Content-Type": media_type, **(headers or {})}
    if correlation_id := logger.get_correlation_id():
        known[CORRELATION_HEADER] = correlation_id
    return Response(text.decode(), status_code=status, headers=known)


def html_answer(page: str, headers: dict[str, str]) -> Response:
    """Return a page for people."""
    known: dict[str, str | list[str]] = {"Content-Type": "text/html; charset=utf-8", **headers}
    if correlation_id := logger.get_correlation_id():
        known[CORRELATION_HEADER] = correlation_id
    return Response(page, headers=known)


def bytes_answer(body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Return what is no text; its media type has to be one of the application's binary types."""
    known: dict[str, str | list[str]] = {"Content-Type": media_type, **headers}
    if correlation_id := logger.get_correlation_id():
        known[CORRELATION_HEADER] = correlation_id
    return Response(body, headers=known)


def page(found: Page, cursor: str | None) -> Response:
    """Return a page of a list; `next` is the cursor of the following one, if there may be one."""
    return answer({"items": found.rows, "next": cursor})


def put_answer(new: bool) -> Response:  # noqa: FBT001  # the only thing a PUT has to tell
    """Return 201 for a new version, 200 when nothing changed."""
    return answer({"changed": new}, 201 if new else 200)


def _in_utc(value: Any) -> Any:
    """Show every time in UTC, whatever zone the driver gave it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if isinstance(value, dict):
        return {name: _in_utc(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_utc(inner) for inner in value]
    return value
