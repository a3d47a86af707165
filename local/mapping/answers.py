"""What a handler's answer means for the records of its batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def first_not_done(answer: object, sequence_numbers: Sequence[str], *, reports: bool) -> int:
    """Return how many records from the first on are done; 0 when the batch failed whole.

    The lowest sequence number named counts. An empty, null or absent list means success; an
    identifier that is empty or not of this batch means that the whole batch failed. Without
    ReportBatchItemFailures the answer is ignored.
    """
    named = _named(answer) if reports else []
    if named is None:
        return 0
    positions = {number: i for i, number in enumerate(sequence_numbers)}
    if any(number not in positions for number in named):
        return 0
    return min((positions[number] for number in named), default=len(sequence_numbers))


def _named(answer: object) -> list[str] | None:
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
    named = [item.get("itemIdentifier") for item in failures]
    return named if all(isinstance(number, str) for number in named) else None
