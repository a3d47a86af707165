"""One hash of everything that is a function of the set of events, the catalogue and a moment."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import classes, queries
from chalicelib.domain.indicators import evaluate

if TYPE_CHECKING:
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.policy import Policy

_SQL = queries.load("digest.sql")
_PART = 5000


def digest(cursor: Pipeline, policy: Policy, as_of: dt.datetime) -> str:
    """Return the hash of events, current facts, standings, and the findings at `as_of`.

    The same for the same set of events, in whatever order, batches and repetitions they came.
    Alerts, risk by day and recorded times are left out: they tell of the way, not of the state.
    """
    whole = hashlib.sha256()
    for name, query in sorted(_SQL.items()):
        cursor.execute(query)
        while rows := cursor.fetchmany(_PART):
            whole.update(name.encode() + msgspec.json.encode(rows))
    as_of_us = int(as_of.timestamp() * 1_000_000)
    for course in classes.all_courses(cursor):
        context = classes.compute_context(cursor, course, as_of)
        for part in classes.parts(cursor, course, _PART):
            found = [
                (one.standing.student, evaluate(one.standing, context, policy, as_of_us))
                for one in part
            ]
            whole.update(course.encode() + msgspec.json.encode(found))
    return whole.hexdigest()
