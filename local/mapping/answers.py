"""What a handler's answer means for the records of its batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def first_not_done(answer: object, sequence_numbers: Sequence[str], *, reports: bool) -> int:
    """Return the position of the first record to retry; their number when all are done.

    The lowest sequence number named counts. An empty, null or absent list means success; an
    identifier that is empty or not of this batch means that the whole batch failed. Without
    ReportBatchItemFailures the answer is ignored.
    """
    named = _named(answer) if reports else []
    if named is None:
        return 0
    positions = {number: i for i, number in enumerate(sequence_numbers)}
    return min((positions.get(number, 0) for number in named), default=len(sequence_numbers))


def _named(answer: object) -> list[Any] | None:
    """Return the identifiers that the answer names; None when it cannot be understood."""
    if answer is None:
        return []
    if not isinstance(answer, dict):
        return None
    failures = answer.get("batchItemFailures")
    if not failures:
        return []
    if not isinstance(failures, list) or not all(isinstance(item, dict) for item in failures):
        return None
    return [item.get("itemIdentifier") for item in failures]
