"""How the outcome of a POST of events is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.http.answers import answer
from chalicelib.http.problems import RETRY_AFTER_S, problem
from chalicelib.telemetry import Metric, emit

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.services.ingest import Receipt


def answer_receipt(receipt: Receipt, milliseconds: float) -> Response:
    """Return 202 with what the stream has acknowledged, or 400 when no event was good.

    503 with Retry-After, and with what was acknowledged, when the stream did not take the rest.
    """
    emit(
        {
            Metric.EVENTS_ACCEPTED: len(receipt.accepted),
            Metric.EVENTS_REJECTED: len(receipt.rejected),
            Metric.EVENTS_UNAVAILABLE: len(receipt.unavailable),
            Metric.ACCEPT_MILLISECONDS: milliseconds,
        }
    )
    if receipt.unavailable:
        return answer(receipt, 503, headers={"Retry-After": str(RETRY_AFTER_S)})
    if receipt.accepted:
        return answer(receipt, 202)
    return problem(
        400,
        "invalid-events",
        "No event is valid",
        f"{len(receipt.rejected)} of {len(receipt.rejected)} events were refused.",
        more=receipt.rejected,
    )
