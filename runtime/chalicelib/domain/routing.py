"""Who is told of an alert. Whoever is to be told besides: `recipients` is the one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.alerts import NOBODY

if TYPE_CHECKING:
    from chalicelib.domain.announcements import Announcement


class Staff(msgspec.Struct, frozen=True):
    """Who is responsible, as far as the roster tells."""

    instructors: Mapping[str, Sequence[str]] = {}  # by course
    advisers: Mapping[str, Sequence[str]] = {}  # by student
    left: Collection[str] = ()  # were on the roster once, and are no longer


def recipients(
    announcement: Announcement, staff: Staff, told: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return who is told, each once; nobody where it is no longer so.

    An alert that somebody has is theirs. Else it is for the course's instructors and the student's
    advisers; one about the class, for its instructors alone. That it has cleared is for those who
    were `told` of the alert. Who has left is told of nobody.
    """
    if announcement.kind == "woken" and announcement.due_at != announcement.snoozed_until:
        return ()
    told = [who for who in told if who not in staff.left]
    if announcement.kind == "cleared" and told:
        return tuple(dict.fromkeys(told))
    if announcement.assignee and announcement.assignee not in staff.left:
        return (announcement.assignee,)
    if announcement.kind == "assigned":
        return ()
    responsible = [*staff.instructors.get(announcement.course, ())]
    if announcement.student != NOBODY:
        responsible += staff.advisers.get(announcement.student, ())
    return tuple(dict.fromkeys(responsible)) or (_whoever(announcement.course),)


def _whoever(course: str) -> str:
    """Return who is meant where the roster names nobody."""
    return f"instructor of {course}" if course else "advisers"
