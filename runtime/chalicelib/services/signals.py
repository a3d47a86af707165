"""What a judgement knows beside a standing: the risk some days ago, and the other courses' flags.

The sweep finds these out and keeps them with the standing, for itself and for the consumer.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import Touched
    from chalicelib.ports.write_path import Unit
    from chalicelib.services.judge import Verdict


def recall(unit: Unit, part: list[Touched], policy: Policy, today: dt.date) -> list[Touched]:
    """Return part of a class with the risk of `sudden_change_days` ago, learnt once a day.

    Of whoever has not been judged for as long, nothing new is known.
    """
    before = today - dt.timedelta(days=policy.sudden_change_days)
    students = [one.standing.student for one in part]
    known = unit.risks_before(part[0].standing.course, students, before, today)
    return [_with(one, known.get(one.standing.student)) for one in part] if known else part


def keep(unit: Unit, course: str, read: Iterable[Touched], kept: Iterable[Verdict]) -> None:
    """Keep what differs from what was read of standings that are locked since."""
    stored = {one.standing.student: one.signals for one in read}
    rows: list[tuple[str, int | None, int]] = []
    reflagged: list[str] = []
    for verdict in kept:
        student, now = verdict.touched.standing.student, verdict.touched.signals
        before = stored[student]
        if (now.risk_before, verdict.flags) != (before.risk_before, before.flags):
            rows.append((student, now.risk_before, verdict.flags))
        if verdict.flags != before.flags:
            reflagged.append(student)
    if rows:
        unit.save_signals(course, rows, reflagged)


def _with(one: Touched, risk_before: int | None) -> Touched:
    if risk_before is None or risk_before == one.signals.risk_before:
        return one
    return msgspec.structs.replace(one, signals=one.signals._replace(risk_before=risk_before))
