"""Bring a whole roster in: a OneRoster bundle, all of it or nothing, with a report by line."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from chalicelib.domain import oneroster
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.identity import pseudonym

if TYPE_CHECKING:
    from chalicelib.ports import RosterImports

MOST_TOLD = 1000  # lines of a report
Json = dict[str, Any]


def bring_in(
    content: bytes,
    *,
    kept: RosterImports,
    key: bytes,
    by: str,
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
    wrong = [*bundle.wrong, *_own(bundle, by)]
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


def _own(bundle: oneroster.Bundle, by: str) -> list[oneroster.Wrong]:
    """Return the lines by which somebody would change her own rights."""
    named = [*bundle.staff, *bundle.gone]
    expected = "nobody's own lines: let another bring this in"
    return [
        oneroster.Wrong("enrollments.csv", 0, "userSourcedId", expected)
        for person, _ in named
        if person == by
    ]
