"""The write path's transactions: what one use case changes together, or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import (
    alerting,
    classes,
    counting,
    event_log,
    folding,
    policies,
    shadow,
    sources,
)
from chalicelib.domain.facts import Facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Asked, Pipeline
    from chalicelib.domain.delivery import Delivery, Incoming, Outcome, Quarantined, Sorted
    from chalicelib.domain.facts import Pair
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.policy import Overrides, Policy
    from chalicelib.domain.shadow import Compared, ShadowPut
    from chalicelib.domain.sources import Source
    from chalicelib.domain.standing import CourseContext, Touched


class PostgresStore:
    """Begins the transactions of the write path."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._erased = Erased()

    @contextlib.contextmanager
    def unit(self) -> Iterator[PostgresUnit]:
        """Give one transaction: committed at the end, rolled back on an error.

        Raises UnavailableError when the database does not answer.
        """
        with self.database.transaction() as cursor:
            yield PostgresUnit(cursor, self._erased)

    def answers(self) -> bool:
        """Tell whether the database answers SELECT 1 now."""
        return self.database.answers()


@dataclasses.dataclass(slots=True)
class Erased:
    """Who was erased, as far as this process has read it; read again when there are more."""

    latest: str | None = None  # the number and the time of the latest erasure
    students: frozenset[str] = frozenset()


class PostgresUnit:
    """One transaction of the write path; `ports.write_path.Unit` says what each call promises."""

    def __init__(self, cursor: Pipeline, erased: Erased) -> None:
        self._cursor = cursor
        self._erased = erased
        self._asked: list[Asked] = []  # for alerts
        self._facts: Facts | None = None  # of events that were all new
        self._any_retracted = True  # for all that is known before `begin`

    def begin(self, students: Iterable[str]) -> int | None:
        """Wait for other writers of these students; return the horizon in microseconds."""
        begun = event_log.begin(self._cursor, students)
        if begun.erasure != self._erased.latest:
            self._erased.students = event_log.erased(self._cursor)
            self._erased.latest = begun.erasure
        self._any_retracted = begun.retractions
        return begun.horizon_us

    def erased(self) -> frozenset[str]:
        """Return everybody who was erased when `begin` was called."""
        return self._erased.students

    def add_receipts(self, deliveries: Iterable[Delivery]) -> None:
        """Remember where the events came from."""
        event_log.add_receipts(self._cursor, deliveries)

    def add_events(self, incoming: Sequence[Incoming]) -> Sorted:
        """Store the events that are new, and tell which those are.

        While the server stores them, the facts of all are put together: most often all are new.
        """
        self._facts = Facts()
        sorted_ = event_log.add_events(self._cursor, incoming, self._facts.add_all)
        if len(sorted_.new) < len(incoming):
            self._facts = None
        return sorted_

    def count(self, new: Sequence[Incoming]) -> Iterator[list[Touched]]:
        """Fold stored events; yield the standings that they touched in parts, not saved yet."""
        return counting.count(self._cursor, new, self._facts, any_retracted=self._any_retracted)

    def save_standings(self, touched: Sequence[Touched]) -> None:
        """Keep standings that `count` has returned, each with its coarse risk."""
        folding.save(self._cursor, touched)

    def quarantine(self, kept: Iterable[Quarantined]) -> None:
        """Keep what cannot be processed, once."""
        event_log.quarantine(self._cursor, kept)

    def ask_for_alerts(self, pairs: Collection[Pair], as_of: dt.datetime) -> None:
        """Let the alerts of these pairs be on their way until they are reconciled."""
        if pairs:
            self._asked.append(alerting.ask(self._cursor, pairs, as_of))

    def reconcile_alerts(
        self,
        findings: Mapping[Pair, Sequence[Finding]],
        as_of: dt.datetime,
        policy_of: Callable[[str], Policy],
    ) -> Outcome:
        """Make the alerts of these pairs agree with their findings."""
        if not self._asked:
            self.ask_for_alerts(findings, as_of)
        asked, self._asked = self._asked, []
        return alerting.reconcile_alerts(self._cursor, findings, asked, as_of, policy_of)

    def sources(self, as_of: dt.datetime, hours: int) -> list[Source]:
        """Return every source that ever sent, with what tells whether it has fallen silent."""
        return sources.sources(self._cursor, as_of, hours)

    def courses_to_sweep(self, as_of: dt.datetime) -> list[str]:
        """Return the courses whose turn it is, the longest wait first."""
        return classes.courses_to_sweep(self._cursor, as_of)

    def all_courses(self) -> list[str]:
        """Return every course that a student has a standing in."""
        return classes.all_courses(self._cursor)

    def load_contexts(self, courses: Iterable[str]) -> dict[str, CourseContext]:
        """Return what these classes looked like at the last sweep; some may lack."""
        return classes.load_contexts(self._cursor, courses)

    def load_policies(self) -> dict[str, Overrides]:
        """Return what is changed of the preset policy, by course; '' = the institution."""
        return policies.load(self._cursor)

    def load_shadows(self) -> dict[str, ShadowPut]:
        """Return the latest word on what is in shadow, by course; '' = the institution."""
        return shadow.load(self._cursor)

    def save_shadow_findings(
        self, course: str, day: dt.date, edition: int, rows: Sequence[Compared]
    ) -> None:
        """Keep whom either policy flags of a class on a day."""
        shadow.save_findings(self._cursor, course, day, edition, rows)

    def reconcile_shadow_alerts(
        self,
        course: str,
        edition: int,
        findings: Mapping[str, Sequence[Finding]],
        as_of: dt.datetime,
        quiet_days: int,
    ) -> None:
        """Open and close what would be alerts of these students; nobody is told."""
        shadow.reconcile_alerts(self._cursor, course, edition, findings, as_of, quiet_days)

    def forget_shadows(self, before: dt.date, most: int) -> None:
        """Delete at most so many rows of comparisons that are older."""
        shadow.forget(self._cursor, before, most)

    def refresh_context(self, course: str, as_of: dt.datetime) -> CourseContext:
        """Compute and save what a class looks like at that moment."""
        return classes.refresh_context(self._cursor, course, as_of)

    def standings(self, course: str, after: str, limit: int) -> list[Touched]:
        """Return the next `limit` standings of a class after a pseudonym ('' = the first)."""
        return classes.standings(self._cursor, course, after or classes.FIRST, limit)

    def unchanged(self, read: Sequence[Touched]) -> set[Pair]:
        """Return the pairs of those standings that nobody has written since."""
        return classes.unchanged(self._cursor, read)

    def risks_before(
        self, course: str, students: Sequence[str], before: dt.date, today: dt.date
    ) -> dict[str, int]:
        """Return the risk of students of a class on an earlier day; none if swept today."""
        return classes.risks_before(self._cursor, course, students, before, today)

    def save_signals(
        self, course: str, rows: Sequence[tuple[str, int | None, int]], reflagged: Sequence[str]
    ) -> None:
        """Keep (student, earlier risk, flags), and tell the other standings of the `reflagged`."""
        classes.save_signals(self._cursor, course, rows, reflagged)

    def save_risk(self, changed: Sequence[tuple[str, str, int]]) -> None:
        """Note the coarse risk of (student, course, bucket) whose step changed."""
        classes.save_risk(self._cursor, changed)

    def save_risk_daily(
        self, course: str, day: dt.date, rows: Sequence[tuple[str, int, str]]
    ) -> None:
        """Keep (student, risk, rule names) for a day."""
        classes.save_risk_daily(self._cursor, course, day, rows)
