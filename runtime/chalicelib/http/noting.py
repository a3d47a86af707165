"""What the ledger is told of a request: who asks, why she may, from where."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from chalicelib.domain.errors import UnavailableError, UnshownError
from chalicelib.domain.ledger import Origin
from chalicelib.http.sign_in import principal_of
from chalicelib.services.ledger import record_read, record_refused
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalice.app import Request

    from chalicelib.http.asking import Asked
    from chalicelib.ports.ledger import Ledger

_PARAMETER = re.compile(r"/{\w+}")


def note(who: Asked, ledger: Ledger, what: str, students: Iterable[str | None]) -> None:
    """Keep that this request is about to be shown these students; UnavailableError if not.

    None among the students stands for nobody, as of an alert about a class. Whoever is shown her
    own record reads it as a student, whatever else she is: that is a row of its own.
    """
    shown = [student for student in students if student is not None]
    hers = who.permit.oneself.intersection(shown)
    parts = [([one], f"is the student {one}") for one in hers]
    parts.append(([one for one in shown if one not in hers], who.permit.reason))
    for part, reason in parts:
        record_read(ledger, who.principal, what, part, reason, origin_of(who.request))


@contextlib.contextmanager
def done() -> Iterator[None]:
    """Tell, where an answer cannot be given, that what it is about has been done: UnshownError."""
    try:
        yield
    except UnavailableError as error:
        raise UnshownError(str(error)) from error


def note_refused(request: Request, ledger: Ledger, student: str) -> None:
    """Keep that this request for a student's record is about to be refused."""
    route = str((request.context or {}).get("resourcePath", "")).removeprefix("/v1/")
    what = _PARAMETER.sub("", route)
    record_refused(ledger, principal_of(request), what, student, origin_of(request))


def origin_of(request: Request) -> Origin:
    """Return where a request comes from."""
    identity = (request.context or {}).get("identity") or {}
    return Origin(identity.get("sourceIp") or "", logger.get_correlation_id() or "")
