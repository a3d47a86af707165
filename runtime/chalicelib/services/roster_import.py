"""Bring a whole roster in: a OneRoster bundle, all of it or nothing, with a report by line."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from chalicelib.domain import oneroster
from chalicelib.domain.access import About, not_hers
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.identity import pseudonym
from chalicelib.domain.rules import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ports.roster import RosterImports, RosterReads

MOST_TOLD = 1000  # lines of a report
Json = dict[str, Any]


def bring_in(
    content: bytes,
    *,
    kept: RosterImports,
    key: bytes,
    by: str,
    roster: RosterReads,
    dry_run: bool,
    person: str = "sourcedId",
    student: str = "sourcedId",
) -> Json:
    """Keep what a bundle says, or only tell what would come of it.

    Raises InvalidRequestError with file, line, field and what was expected of every line that
    cannot be taken; a dry run tells the same in its report.
    """
    name = functools.partial(pseudonym, key=key)
    bundle = oneroster.read(content, person=person, student=student, name=name)
    wrong = [*bundle.wrong, *_own(bundle, by, roster)]
    told = [one._asdict() for one in wrong[:MOST_TOLD]]
    if wrong and not dry_run:
        raise InvalidRequestError(f"{len(wrong)} lines cannot be taken; nothing was.", told)
    changes = {} if wrong else kept.bring_in(bundle, by=by, dry_run=dry_run)
    return {
        "dry_run": dry_run,
        "read": bundle.read,
        "ignored": bundle.ignored,
        "wrong": len(wrong),
        "errors": told,
        "changes": changes,
    }


def _own(bundle: oneroster.Bundle, by: str, roster: RosterReads) -> Iterator[oneroster.Wrong]:
    """Yield the lines by which somebody would change her own rights, or her own record."""
    today, lines, _ = roster.of(by)
    staff = [(person, course) for person, course in bundle.staff]
    asked = [
        *((pair, Action.ASSIGN_STAFF, About(person=pair[0])) for pair in (*staff, *bundle.gone)),
        *(
            ((student, course), Action.PUT_ENROLMENTS, About(course=course, student=student))
            for course, student in bundle.enrolments
        ),
    ]
    for pair, action, about in asked:
        if why := not_hers(by, action, about, lines, today):
            yield oneroster.Wrong("enrollments.csv", bundle.lines[pair], "userSourcedId", why)
