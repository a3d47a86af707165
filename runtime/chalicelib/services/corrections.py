"""Decide on a request for correction: its event is on the stream before the decision is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.correction import REGISTRAR, check_event, decided
from chalicelib.domain.errors import InvalidRequestError, NotFoundError, UnavailableError
from chalicelib.services import ingest

if TYPE_CHECKING:
    from chalicelib.domain.correction import Correction, Decide
    from chalicelib.ports.changes import Corrections


def decide(
    student: str,
    number: int,
    wanted: Decide,
    *,
    corrections: Corrections,
    using: ingest.Ingest,
    person: str,
    correlation_id: str,
) -> Correction:
    """Keep the decision on a request, with its correcting event acknowledged by the stream.

    Safe to repeat when the stream took the event and the decision was not kept: the same event
    counts once. Raises NotFoundError, ConflictError when it was decided, UnavailableError when the
    stream does not take the event.
    """
    check_event(wanted, student, using.key)
    as_of = using.clock.now()

    def become(before: Correction) -> Correction:
        after = decided(before, wanted, person, as_of)
        _send(wanted, correlation_id, using)
        return after

    after = corrections.change(student, number, become, person=person)
    if after is None:
        raise NotFoundError("There is no such request for correction.")
    return after


def _send(wanted: Decide, correlation_id: str, using: ingest.Ingest) -> None:
    if wanted.event is None:
        return
    body = msgspec.json.encode(wanted.event)
    receipt = ingest.accept(body, wanted.source or REGISTRAR, correlation_id, using)
    if receipt.rejected:
        wrong = receipt.rejected[0]
        path = wrong.path.replace("$", "$.event", 1)
        reason = {"path": path, "reason": wrong.reason}
        raise InvalidRequestError(f"{path}: {wrong.reason}", [reason])
    if receipt.unavailable:
        raise UnavailableError("the stream did not take the correcting event")
