"""A whole roster, kept in one transaction or not at all."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import event_log, folding, queries
from chalicelib.adapters.postgres.catalogue import enrol
from chalicelib.adapters.postgres.people import keep, prepare
from chalicelib.adapters.postgres.roster import put_lines, remove_lines
from chalicelib.domain.catalogue import Enrolment
from chalicelib.domain.roster import Line

if TYPE_CHECKING:
    from chalicelib.adapters.envelope import Envelope
    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.oneroster import Bundle

_SQL = queries.load("roster.sql")
Pair = tuple[str, str]  # (course, student)


class _DryRunEndedError(Exception):
    """Everything was done, to be rolled back."""


class PostgresRosterImports:
    """Keeps what a bundle says."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    def bring_in(self, bundle: Bundle, *, by: str, dry_run: bool) -> dict[str, int]:
        """Keep it, or do so and roll back; return how many of each kind changed.

        Names are sealed before anything is locked: nobody who writes waits for the master key.
        """
        changes: dict[str, int] = {}
        people = prepare(self._database, self._envelope, bundle.people, person=by)
        try:
            with self._database.transaction(person=by, for_all=True) as cursor:
                folding.lock_all(cursor)
                changes["courses"] = _put_courses(cursor, bundle)
                changes["staff_ended"] = len(remove_lines(cursor, _gone(cursor, bundle, by), by))
                changes["staff"] = len(put_lines(cursor, bundle.staff.values(), by))
                erased = _leave_out_erased(cursor, bundle)
                changes["enrolments"] = _enrol(cursor, bundle)
                changes["people"] = len(keep(cursor, people, bundle.people))
                changes["erased"] = erased
                if dry_run:
                    raise _DryRunEndedError  # noqa: TRY301  # to roll back
        except _DryRunEndedError:
            pass
        return changes


def _put_courses(cursor: Pipeline, bundle: Bundle) -> int:
    told = [(course, *rest) for course, rest in bundle.courses.items()]
    columns = {
        name: [one[i] for one in told] for i, name in enumerate(("course", "title", "subject"))
    }
    cursor.execute(_SQL["put_courses"], columns)
    return len(cursor.fetchall())


def _gone(cursor: Pipeline, bundle: Bundle, by: str) -> list[Line]:
    """Return the lines that the bundle ends; never those of who brings it in."""
    courses = list(bundle.courses) if bundle.complete else []
    cursor.execute(_SQL["teaching"], {"courses": courses, "people": bundle.left})
    ended = {*bundle.gone, *cursor.fetchall()} - bundle.staff.keys()
    return [Line(person, "teaches", course) for person, course in sorted(ended) if person != by]


def _leave_out_erased(cursor: Pipeline, bundle: Bundle) -> int:
    """Take out of a bundle who was erased, as of a redelivered event; return how many they are."""
    named = {student for _, student in bundle.enrolments}
    named |= {student for student, told in bundle.people.items() if told.is_new}
    gone = event_log.erased(cursor)
    for pair in [pair for pair in bundle.enrolments if pair[1] in gone]:
        del bundle.enrolments[pair]
    for student in bundle.people.keys() & gone:
        del bundle.people[student]
    return len(named & gone)


def _enrol(cursor: Pipeline, bundle: Bundle) -> int:
    """Replace the enrolments that differ; of a whole class also those that it does not name."""
    courses = {course for course, _ in bundle.enrolments} | bundle.courses.keys()
    cursor.execute(_SQL["enrolled_in"], {"courses": sorted(courses)})
    known: defaultdict[Pair, list[Enrolment]] = defaultdict(list)
    for course, student, begins_at, ends_at in cursor.fetchall():
        known[course, student].append(Enrolment(begins_at, ends_at))
    wanted: dict[Pair, list[Enrolment]] = {
        pair: sorted(told, key=lambda one: one.begins_at)
        for pair, told in bundle.enrolments.items()
    }
    if bundle.complete:
        wanted |= {pair: [] for pair in known.keys() - wanted.keys()}
    changed = {pair: told for pair, told in wanted.items() if known.get(pair, []) != told}
    for (course, student), told in sorted(changed.items()):
        enrol(cursor, course, student, told)
    return len(changed)
