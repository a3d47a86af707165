"""What a judgement knows beside a standing: the flags of the student's other courses.

The sweep keeps them with the standing, for itself and for the consumer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.ports import Unit
    from chalicelib.services.judge import Verdict


def keep(unit: Unit, course: str, kept: Iterable[Verdict]) -> None:
    """Keep the flags that have changed, of standings that are locked since they were read."""
    rows = [
        (one.touched.standing.student, one.flags)
        for one in kept
        if one.flags != one.touched.signals.flags
    ]
    if rows:
        unit.save_flags(course, rows)
