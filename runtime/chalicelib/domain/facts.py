"""What a set of events says of each student and course, before it is added to what is known.

Pure and commutative: adding the same events in any order gives the same facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.domain import wire
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.domain.delivery import Incoming

WORK, ATTENDANCE, ACTIVITY, CONDUCT, ENROLMENT = 1, 2, 4, 8, 16
ASPECT: dict[type, int] = {
    wire.Scored: WORK,
    wire.Submitted: WORK,
    wire.Attended: ATTENDANCE,
    wire.Active: ACTIVITY,
    wire.Conducted: CONDUCT,
    wire.Enrolled: ENROLMENT,
}
ATTENDANCE_STATUS = {"present": 1, "absent": 2, "late": 3, "excused": 4}
INCIDENT, SUSPENSION, COMMENDATION = 1, 2, 3
CONDUCT_KIND = {"incident": INCIDENT, "suspension": SUSPENSION, "commendation": COMMENDATION}
ENROLMENT_STATUS = {"enrolled": 1, "withdrawn": 2, "completed": 3}

Pair = tuple[str, str]  # (student, course)
Status = tuple[int, str, int]  # of attendance at a session: (occurred_us, event_uid, status)
Dated = tuple[int, str, int]  # (occurred_us, event_uid, kind or status)


_NO_WORK: list[tuple[wire.Scored | wire.Submitted, str]] = []
_NO_SESSIONS: dict[str, Status] = {}


class Told:
    """What events tell of one student in one course."""

    __slots__ = (
        "active_day", "aspects", "conduct", "enrolment", "sessions", "void", "void_items", "work",
    )  # fmt: skip

    def __init__(self) -> None:
        self.aspects = 0  # which there is anything new of
        self.void = 0  # of which of these what was known before is void
        self.void_items: frozenset[str] = frozenset()  # work of which the same is true
        # Made when there is something to put in: most often one of them holds all there is.
        self.work = _NO_WORK  # marks and submissions, each with its event_uid
        self.sessions: dict[str, Status] = _NO_SESSIONS
        self.active_day: int | None = None  # the last with any activity, in days since 1970 UTC
        self.conduct: tuple[Dated, ...] = ()
        self.enrolment: tuple[Dated, ...] = ()

    def add(self, event: wire.Event, uid: str) -> None:
        """Add what one event says; a retraction says nothing here."""
        kind = type(event)
        self.aspects |= ASPECT[kind]
        _ADD[kind](self, event, uid)

    def add_work(self, event: wire.Scored | wire.Submitted, uid: str) -> None:
        """Add a mark or a submission."""
        if self.work is _NO_WORK:
            self.work = []
        self.work.append((event, uid))

    def add_session(self, event: wire.Attended, uid: str) -> None:
        """Let the latest status of a session count."""
        status = (event.occurred_us, uid, ATTENDANCE_STATUS[event.status])
        known = self.sessions.get(event.session)
        if known is None or status > known:
            if self.sessions is _NO_SESSIONS:
                self.sessions = {}
            self.sessions[event.session] = status

    def add_activity(self, event: wire.Active, _: str) -> None:
        """Let the latest day count."""
        day = event.occurred_us // MICROS_PER_DAY
        if self.active_day is None or day > self.active_day:
            self.active_day = day

    def add_conduct(self, event: wire.Conducted, uid: str) -> None:
        """Add one thing that happened."""
        self.conduct += ((event.occurred_us, uid, CONDUCT_KIND[event.kind]),)

    def add_enrolment(self, event: wire.Enrolled, uid: str) -> None:
        """Add one change of enrolment."""
        self.enrolment += ((event.occurred_us, uid, ENROLMENT_STATUS[event.status]),)


_ADD: dict[type, Callable[[Told, Any, str], None]] = {
    wire.Scored: Told.add_work,
    wire.Submitted: Told.add_work,
    wire.Attended: Told.add_session,
    wire.Active: Told.add_activity,
    wire.Conducted: Told.add_conduct,
    wire.Enrolled: Told.add_enrolment,
}


class Facts(dict[Pair, Told]):
    """What events tell, by student and course."""

    def of(self, student: str, course: str) -> Told:
        """Return what is told of this pair; nothing so far, if it is new."""
        told = self.get((student, course))
        if told is None:
            told = self[student, course] = Told()
        return told

    def add(self, event: wire.Event, uid: str) -> None:
        """Add what one event says; retractions say nothing here."""
        if type(event) is not wire.Retracted:
            self.of(event.student, event.course or "").add(event, uid)

    def add_all(self, incoming: Iterable[Incoming]) -> None:
        """Add what these events say."""
        for one in incoming:
            self.add(one.event, one.uid)

    def touch(self, event: wire.Event) -> None:
        """Note that this event's student and course exist, though the event does not count."""
        if type(event) is not wire.Retracted:
            self.of(event.student, event.course or "").aspects |= ASPECT[type(event)]
