"""The write path: a store, and one transaction of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from chalicelib.domain.delivery import Delivery, Incoming, Outcome, Quarantined, Sorted
    from chalicelib.domain.facts import Pair
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.policy import Overrides, Policy
    from chalicelib.domain.shadow import Compared, ShadowPut
    from chalicelib.domain.sources import Source
    from chalicelib.domain.standing import CourseContext, Touched


class Store(Protocol):
    """Keeps events, what is derived from them, and alerts."""

    def unit(self) -> AbstractContextManager[Unit]:
        """Give one transaction: all of it is kept at its end, or none; UnavailableError if down."""
        ...

    def answers(self) -> bool:
        """Tell whether the store answers the simplest question now."""
        ...


class Unit(Protocol):
    """One transaction; everything in it is safe to repeat as a whole."""

    def begin(self, students: Iterable[str]) -> int | None:
        """Keep other writers of these students out; return the oldest storable microsecond."""
        ...

    def erased(self) -> frozenset[str]:
        """Return the pseudonyms of everybody who was erased when `begin` was called."""
        ...

    def add_receipts(self, deliveries: Iterable[Delivery]) -> None:
        """Remember which request each record came from."""
        ...

    def add_events(self, incoming: Sequence[Incoming]) -> Sorted:
        """Store what is new; the first content of an identity stays for good."""
        ...

    def count(self, new: Sequence[Incoming]) -> Iterator[list[Touched]]:
        """Fold events that were just stored, once each.

        Yields the standings that they touched, in parts, as these become: `save_standings` keeps
        them. Not all is folded before the last part has been taken.
        """
        ...

    def save_standings(self, touched: Sequence[Touched]) -> None:
        """Keep standings that `count` has returned, each with its coarse risk."""
        ...

    def quarantine(self, kept: Iterable[Quarantined]) -> None:
        """Keep what cannot be processed, with the reason."""
        ...

    def ask_for_alerts(self, pairs: Collection[Pair], as_of: dt.datetime) -> None:
        """Ask for the alerts of some of the pairs that are reconciled next; do not wait."""
        ...

    def reconcile_alerts(
        self,
        findings: Mapping[Pair, Sequence[Finding]],
        as_of: dt.datetime,
        policy_of: Callable[[str], Policy],
    ) -> Outcome:
        """Open, update and clear alerts until they agree with the findings of these pairs.

        The alerts of all of them have been asked for, or of none. `policy_of` a course tells how
        long an alert that has cleared stays quiet.
        """
        ...

    def sources(self, as_of: dt.datetime, hours: int) -> list[Source]:
        """Return every source that ever sent, with what tells whether it has fallen silent."""
        ...

    def courses_to_sweep(self, as_of: dt.datetime) -> list[str]:
        """Return the courses that are on, or were not looked at for a day, the longest wait first.

        A course is over 30 days after its end by the catalogue; of one without, 180 days after half
        of the class was last seen.
        """
        ...

    def all_courses(self) -> list[str]:
        """Return every course that a student has a standing in."""
        ...

    def load_contexts(self, courses: Iterable[str]) -> dict[str, CourseContext]:
        """Return what these classes looked like at the last sweep; some may lack."""
        ...

    def load_policies(self) -> dict[str, Overrides]:
        """Return what is changed of the preset policy, by course; '' = the institution."""
        ...

    def load_shadows(self) -> dict[str, ShadowPut]:
        """Return the latest word on what is in shadow, by course; '' = the institution."""
        ...

    def save_shadow_findings(
        self, course: str, day: dt.date, edition: int, rows: Sequence[Compared]
    ) -> None:
        """Keep whom either policy flags of a class on a day."""
        ...

    def reconcile_shadow_alerts(
        self,
        course: str,
        edition: int,
        findings: Mapping[str, Sequence[Finding]],
        as_of: dt.datetime,
        quiet_days: int,
    ) -> None:
        """Open and close what would be alerts of these students; nobody is told."""
        ...

    def forget_shadows(self, before: dt.date, most: int) -> None:
        """Delete at most so many rows of comparisons that are older."""
        ...

    def refresh_context(self, course: str, as_of: dt.datetime) -> CourseContext:
        """Compute and save what a class looks like at that moment."""
        ...

    def standings(self, course: str, after: str, limit: int) -> list[Touched]:
        """Return the next `limit` standings of a class after a pseudonym ('' = the first)."""
        ...

    def unchanged(self, read: Sequence[Touched]) -> set[Pair]:
        """Return the pairs of those standings that nobody has written since they were read."""
        ...

    def risks_before(
        self, course: str, students: Sequence[str], before: dt.date, today: dt.date
    ) -> dict[str, int]:
        """Return the risk of students of a class on a day or the last one before it.

        None of them when the first and the last were swept today: then it is known already.
        """
        ...

    def save_signals(
        self, course: str, rows: Sequence[tuple[str, int | None, int]], reflagged: Sequence[str]
    ) -> None:
        """Keep (student, earlier risk, flags), and tell the other standings of the `reflagged`."""
        ...

    def save_risk(self, changed: Sequence[tuple[str, str, int]]) -> None:
        """Note the coarse risk of (student, course, bucket)."""
        ...

    def save_risk_daily(
        self, course: str, day: dt.date, rows: Sequence[tuple[str, int, str]]
    ) -> None:
        """Keep (student, risk, rule names) of a class for a day; the last word of a day counts."""
        ...
