"""Which alerts a list is asked for.

No address says whose: its query stands in the logs of whatever is in between, and in histories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres.alert_reads import KEYS, STATES
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.http import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.alert_requests import Search

ME = "me"
ELSEWHERE = "is asked for in the body of POST /v1/alerts/search, not in an address"


def in_query(query: Mapping[str, str], person: str) -> dict[str, str]:
    """Return what a query asks for; InvalidRequestError when it names a student or a person.

    The one person whom it may mean is who asks.
    """
    if "student" in query:
        raise InvalidRequestError(f"`student` {ELSEWHERE}.")
    if query.get("assignee", ME) != ME:
        raise InvalidRequestError(f"An `assignee` other than `{ME}` {ELSEWHERE}.")
    return {**query, "assignee": person} if "assignee" in query else dict(query)


def in_body(wanted: Search) -> dict[str, str]:
    """Return what a body asks for, as a query would say it."""
    fields = msgspec.structs.asdict(wanted).items()
    return {name: str(value) for name, value in fields if value is not None}


def listed_alerts(query: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the order of a list, and what narrows it.

    A to-do list is somebody's: it names a course, a student or an assignee, and holds what is
    active unless another state is asked for.
    """
    sort = requests.parameter(query, "sort", tuple(KEYS)) or "newest"
    state = requests.parameter(query, "state", STATES)
    wanted: dict[str, Any] = {
        "course": requests.filter_of(query, "course"),
        "student": requests.student_filter(query),
        "assignee": requests.filter_of(query, "assignee"),
        "rule": requests.filter_of(query, "rule"),
    }
    if sort == "todo":
        if not any(wanted[name] for name in ("course", "student", "assignee")):
            raise InvalidRequestError("`sort=todo` needs a `course`, `student` or `assignee`.")
        if state in {"resolved", "cleared"}:
            raise InvalidRequestError("`sort=todo` has no closed alerts; ask for `newest`.")
        state = state or "active"
    return sort, {**wanted, "state": state}
