"""What the ledger is told of a request: who asks, why she may, from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.ledger import Origin
from chalicelib.services.ledger import record_read
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalice.app import Request

    from chalicelib.http.asking import Asked
    from chalicelib.ports import Ledger

HTML = "text/html"
_KNOWN = {HTML, "application/json"}


def note(who: Asked, ledger: Ledger, what: str, students: Iterable[str | None]) -> None:
    """Keep that this request is about to be shown these students; UnavailableError if not.

    None among the students stands for nobody, as of an alert about a class.
    """
    identity = (who.request.context or {}).get("identity") or {}
    origin = Origin(identity.get("sourceIp") or "", logger.get_correlation_id() or "")
    shown = (student for student in students if student is not None)
    record_read(ledger, who.principal, what, shown, who.permit.reason, origin)


def wants_html(request: Request) -> bool:
    """Tell whether a page is wanted rather than JSON: whichever is named first."""
    sent = str(request.headers.get("accept", "")).split(",")
    named = [part.partition(";")[0].strip().lower() for part in sent]
    return next((one == HTML for one in named if one in _KNOWN), False)
