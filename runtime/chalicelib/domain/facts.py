"""What a set of events says, before the store merges it with what it knows: pure and commutative.

Adding the same events in any order gives the same facts, and so does merging facts of parts.
"""

from __future__ import annotations

from collections import defaultdict

from chalicelib.domain import wire
from chalicelib.domain.standing import MICROS_PER_DAY

WORK, ATTENDANCE, ACTIVITY, CONDUCT, ENROLMENT = 1, 2, 4, 8, 16
ASPECT = {
    wire.Scored: WORK,
    wire.Submitted: WORK,
    wire.Attended: ATTENDANCE,
    wire.Active: ACTIVITY,
    wire.Conducted: CONDUCT,
    wire.Enrolled: ENROLMENT,
}
ATTENDANCE_STATUS = {"present": 1, "absent": 2, "late": 3, "excused": 4}
CONDUCT_KIND = {"incident": 1, "suspension": 2, "commendation": 3}
ENROLMENT_STATUS = {"enrolled": 1, "withdrawn": 2, "completed": 3}

Moment = tuple[int, str]  # (occurred_us, event_uid): the order in which events count
Pair = tuple[str, str]  # (student, course)


class Work:
    """One student's piece of work, as far as these events tell."""

    __slots__ = ("due", "due_us", "mark", "scored", "submitted_us")

    def __init__(self) -> None:
        self.scored: Moment | None = None
        self.mark: wire.Scored | None = None
        self.submitted_us: int | None = None
        self.due: Moment | None = None
        self.due_us: int | None = None

    def add(self, event: wire.Scored | wire.Submitted, moment: Moment) -> None:
        """Let the greatest mark, the first submission and the greatest due date count."""
        if type(event) is wire.Scored:
            if self.scored is None or moment > self.scored:
                self.scored, self.mark = moment, event
        elif self.submitted_us is None or moment[0] < self.submitted_us:
            self.submitted_us = moment[0]
        if event.due_us is not None and (self.due is None or moment > self.due):
            self.due, self.due_us = moment, event.due_us


class Facts:
    """The facts of some events, by what they are about."""

    def __init__(self) -> None:
        self.work: dict[tuple[str, str, str], Work] = {}
        self.attendance: dict[tuple[str, str, str], tuple[int, str, int]] = {}
        self.activity: dict[tuple[str, str, int], list[int]] = {}
        self.conduct: list[tuple[str, str, int, str, int]] = []
        self.enrolment: list[tuple[str, str, int, str, int]] = []
        self.touched: defaultdict[Pair, int] = defaultdict(int)

    def add(self, event: wire.Event, uid: str) -> None:
        """Add what one event says; retractions say nothing here."""
        kind = type(event)
        if kind is wire.Retracted:
            return
        student, course = event.student, event.course or ""
        self.touched[student, course] |= ASPECT[kind]
        if isinstance(event, wire.Scored | wire.Submitted):
            key = student, course, event.item
            work = self.work.get(key)
            if work is None:
                work = self.work[key] = Work()
            work.add(event, (event.occurred_us, uid))
        elif isinstance(event, wire.Active):
            self._add_activity(event, student, course)
        elif isinstance(event, wire.Attended):
            self._add_attendance(event, uid, student, course)
        elif isinstance(event, wire.Conducted):
            kind_no = CONDUCT_KIND[event.kind]
            self.conduct.append((student, course, event.occurred_us, uid, kind_no))
        elif isinstance(event, wire.Enrolled):
            status = ENROLMENT_STATUS[event.status]
            self.enrolment.append((student, course, event.occurred_us, uid, status))

    def touch(self, event: wire.Event) -> None:
        """Note that this event's student and course exist, though the event does not count."""
        if not isinstance(event, wire.Retracted):
            self.touched[event.student, event.course or ""] |= ASPECT[type(event)]

    def _add_activity(self, event: wire.Active, student: str, course: str) -> None:
        key = student, course, event.occurred_us // MICROS_PER_DAY
        day = self.activity.get(key)
        if day is None:
            self.activity[key] = [1, event.count, event.minutes]
        else:
            day[0] += 1
            day[1] += event.count
            day[2] += event.minutes

    def _add_attendance(self, event: wire.Attended, uid: str, student: str, course: str) -> None:
        key = student, course, event.session
        status = (event.occurred_us, uid, ATTENDANCE_STATUS[event.status])
        if key not in self.attendance or status > self.attendance[key]:
            self.attendance[key] = status
