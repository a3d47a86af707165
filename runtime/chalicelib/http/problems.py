"""Every error as a problem document (RFC 9457), with the correlation id as its instance."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from chalicelib.domain import errors
from chalicelib.http import answers
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RETRY_AFTER_S = 5
# The same for what is not there, so that it tells nothing of what is.
_DONE = "What was asked for is done, and cannot be shown just now. Read it later; do not repeat it."
_NOT_ALLOWED = "Nothing in the roster lets you see or do this."


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    *,
    more: Sequence[object] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Return one problem document; `more` lists what is wrong in detail."""
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": logger.get_correlation_id(),
    }
    if more:
        body["errors"] = list(more)
    return answers.answer(
        body, status, media_type="application/problem+json", headers=headers or {}
    )


def answers_errors(route: Callable[..., Response]) -> Callable[..., Response]:
    """Turn what a route raises into problem documents; nothing of the inside gets out.

    Chalice would answer an error raised on purpose with a 500 before any middleware sees it
    (aws/chalice#1884).
    """

    @functools.wraps(route)
    def answering(**path: str) -> Response:
        try:
            return route(**path)
        except errors.InvalidRequestError as error:
            return problem(
                error.status,
                error.kind,
                error.title,
                error.detail,
                more=error.errors,
            )
        except errors.MonitorError as error:
            return _answered(error)
        except Exception:  # noqa: BLE001  # nothing of the inside gets out
            return _unexpected()

    return answering


def _answered(error: errors.MonitorError) -> Response:
    if isinstance(error, errors.NotSignedInError):
        return unauthorized(str(error))
    if isinstance(error, errors.NotGrantedError):
        return problem(403, "not-allowed", "You may not do that", str(error))
    if isinstance(error, errors.NotAllowedError):
        return problem(403, "not-allowed", "You may not do that", _NOT_ALLOWED)
    if isinstance(error, errors.NotFoundError):
        return problem(404, "not-found", "There is no such thing", str(error))
    if isinstance(error, errors.TooOftenError):
        wait = {"Retry-After": str(math.ceil(error.wait_s))}
        return problem(429, "too-often", "Too many requests", str(error), headers=wait)
    if isinstance(error, errors.UnshownError):
        logger.warning("done, and not shown: %s", error)
        return problem(503, "unavailable", "A dependency does not answer", _DONE)
    if isinstance(error, errors.UnavailableError):
        logger.warning("unavailable: %s", error)
        return unavailable()
    return _unexpected()


def _unexpected() -> Response:
    logger.exception("unexpected")
    return problem(
        500, "unexpected", "Something went wrong", "It has been logged under `instance`."
    )


def unauthorized(detail: str) -> Response:
    """Say that nobody knows who asks (RFC 6750)."""
    asked = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return problem(401, "not-signed-in", "Nobody knows who asks", detail, headers=asked)


def unavailable() -> Response:
    """Say that the same request may succeed later."""
    return problem(
        503,
        "unavailable",
        "A dependency does not answer",
        "The same request may succeed later.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
