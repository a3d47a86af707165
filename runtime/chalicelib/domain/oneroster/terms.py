"""When a class is held: from the first day of its terms to the first day after them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from chalicelib.domain.oneroster.files import Row, Wrong, day_of

Days = tuple[dt.date, dt.date]  # the first that is in, the first that is out


def terms_of(
    known: Mapping[str, Mapping[str, Row]], *, complete: bool
) -> tuple[dict[str, Days], list[Wrong]]:
    """Return the days of each class that has any, and which lines cannot be taken.

    `complete` says that every session is in the bundle, so that a class can name no other.
    """
    sessions: dict[str, Days] = {}
    wrong: list[Wrong] = []
    for id_, row in known["academicSessions"].items():
        days = _days(row)
        if isinstance(days, Wrong):
            wrong.append(days)
        elif not row.deleted:
            sessions[id_] = days
    found: dict[str, Days] = {}
    for id_, row in known["classes"].items():
        named = list(_named(row))
        held = [sessions[one] for one in named if one in sessions]
        if held:
            found[id_] = min(begins for begins, _ in held), max(ends for _, ends in held)
        if (
            complete
            and not row.deleted
            and any(one not in known["academicSessions"] for one in named)
        ):
            wrong.append(row.wrong("termSourcedIds", "sessions of academicSessions.csv"))
    return found, wrong


def _named(row: Row) -> Iterator[str]:
    return filter(None, (id_.strip() for id_ in row["termSourcedIds"].split(",")))


def _days(row: Row) -> Days | Wrong:
    begins, ends = day_of(row, "startDate"), day_of(row, "endDate")
    for column, day in (("startDate", begins), ("endDate", ends)):
        if isinstance(day, Wrong):
            return day
        if day is None:
            return row.wrong(column, "a date, YYYY-MM-DD")
    assert isinstance(begins, dt.date)  # noqa: S101  # nosec B101  # as just seen
    assert isinstance(ends, dt.date)  # noqa: S101  # nosec B101
    if ends <= begins:
        return row.wrong("endDate", "a day after startDate: the first day that is out")
    return begins, ends
