"""Which alerts a list is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres.alert_reads import KEYS, STATES
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.http import requests

if TYPE_CHECKING:
    from collections.abc import Mapping


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
