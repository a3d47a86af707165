"""What the services need from outside, as protocols; `adapters/` has the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from chalicelib.domain.access import About
    from chalicelib.domain.alert_changes import Case, Step
    from chalicelib.domain.announcements import Announcement, Message
    from chalicelib.domain.correction import Correction
    from chalicelib.domain.delivery import Delivery, Incoming, Outcome, Quarantined, Sorted
    from chalicelib.domain.delivery_plan import Waiting
    from chalicelib.domain.facts import Pair
    from chalicelib.domain.heads import Head, Restored, Verified
    from chalicelib.domain.in_force import PolicyVersion
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.ledger import Batch, Entry, Read, Written
    from chalicelib.domain.oneroster import Bundle
    from chalicelib.domain.policy import Overrides, Policy
    from chalicelib.domain.principal import Principal
    from chalicelib.domain.roster import Line
    from chalicelib.domain.routing import Staff
    from chalicelib.domain.shadow import Compared, ShadowPut
    from chalicelib.domain.sources import Source
    from chalicelib.domain.standing import CourseContext, Touched


class Clock(Protocol):
    """Tells what time it is: the wall clock, or the position of a replay."""

    def now(self) -> dt.datetime:
        """Return the present moment, aware, UTC."""
        ...


class Stream(Protocol):
    """The durable, ordered stream of academic events."""

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        """Append (partition key, data) pairs; tell for each whether the stream acknowledged it.

        Tries again what was refused, until `timeout_s` is over; never raises for a refusal. Not
        safe to repeat without a second copy on the stream, which the store recognises.
        """
        ...

    def health(self) -> str:
        """Return the stream's status; raise when it does not answer."""
        ...


class Keys(Protocol):
    """The public keys of the issuer of tokens."""

    def key(self, key_id: str) -> Any | None:
        """Return a key with its `key` and `algorithm_name`; None when there is no such one.

        UnavailableError when the issuer does not answer and none of its keys is known.
        """
        ...


class Clients(Protocol):
    """Machines, and as which source each sends."""

    def source_of(self, client: str) -> str | None:
        """Return as which source a client sends; None: it may not."""
        ...


class Quotas(Protocol):
    """What clients have left of their requests, for all processes together."""

    def take(self, principal: Principal, used: int, *, per_s: int, burst: int) -> float:
        """Charge `used` requests, and one more if one is left; return how many were left for it.

        A client gets `per_s` a second, and keeps `burst` of them at most. UnavailableError when
        there is no answer in short time.
        """
        ...


class Notifier(Protocol):
    """Brings messages to the adults who can act on them."""

    def notify(self, message: Message) -> None:
        """Hand one message over; raise UnavailableError when that failed."""
        ...


class Outbox(Protocol):
    """Keeps what people are to be told of alerts, written with these, until it was told."""

    def unit(self) -> AbstractContextManager[OutboxUnit]:
        """Give one transaction: all of it is kept at its end, or none; UnavailableError if down."""
        ...


class OutboxUnit(Protocol):
    """One transaction of delivery; what it has claimed, no other gets before it ends."""

    def load_policies(self) -> dict[str, Overrides]:
        """Return what is changed of the preset policy, by course; '' = the institution."""
        ...

    def claim_unrouted(self, as_of: dt.datetime, limit: int) -> list[Announcement]:
        """Return announcements that are due, but to nobody yet."""
        ...

    def told(self, alert_ids: Iterable[int]) -> Mapping[int, Sequence[str]]:
        """Return who was told of these alerts, or will be."""
        ...

    def staff(
        self, courses: Collection[str], students: Collection[str], as_of: dt.datetime
    ) -> Staff:
        """Return who is responsible for these courses and students, as the roster has it."""
        ...

    def left(self, people: Collection[str], as_of: dt.datetime) -> set[str]:
        """Return who of these was on the roster once, and is no longer."""
        ...

    def route(self, recipients: Mapping[int, Sequence[str]], as_of: dt.datetime) -> None:
        """Keep whom each announcement is for; it is moot where that is nobody."""
        ...

    def unroute(self, announcement_ids: Iterable[int]) -> None:
        """Let it be decided anew whom these are for."""
        ...

    def due(self, as_of: dt.datetime, limit: int) -> list[str]:
        """Return who has to be told something now; last, where that has failed before."""
        ...

    def claim(self, recipient: str) -> list[Announcement]:
        """Return what one recipient has not been told; nothing while another worker tells them."""
        ...

    def sent_lately(self, recipient: str, as_of: dt.datetime) -> int:
        """Return how many single messages one recipient got in the last 24 hours."""
        ...

    def postpone(self, waiting: Iterable[Waiting]) -> None:
        """Keep until when announcements wait, and for what."""
        ...

    def mark_sent(self, message: Message, as_of: dt.datetime) -> None:
        """Note that a message was delivered."""
        ...

    def mark_failed(self, message: Message) -> None:
        """Note that a message could not be delivered."""
        ...

    def mark_moot(self, announcement_ids: Sequence[int], as_of: dt.datetime) -> None:
        """Note that there is nothing left to tell."""
        ...


class AlertChanges(Protocol):
    """Keeps what people do with alerts."""

    def change(
        self,
        alert_id: int,
        person: str,
        as_of: dt.datetime,
        decide: Callable[[Case], Step | None],
    ) -> Case | None:
        """Make the step that `decide` returns, alone with the alert; None for no such alert."""
        ...


Tail = tuple[int, "dt.datetime | None"]  # rows, since when the oldest waits


class Ledger(Protocol):
    """Keeps who has read whose record; append-only."""

    def add(self, read: Read) -> None:
        """Keep one read, committed when this returns; UnavailableError when that is not sure."""
        ...

    def add_refused(self, read: Read) -> None:
        """Keep a request that is refused, once an hour, if there is a record of that student."""
        ...

    def add_outside(self, read: Read, salt: str, content: str) -> int | None:
        """Keep what was disclosed elsewhere of one student; its number, None without a record."""
        ...

    def disclosures(self, first_id: int, last_id: int) -> dict[int, Written]:
        """Return the texts that rows of the ledger have the hashes of, by their ids."""
        ...

    def seal(self, of: Callable[[Batch | None, int, list[Entry]], Batch]) -> Batch | None:
        """Seal the next batch as `of` makes it; None when there is nothing to seal just now."""
        ...

    def batches(self, after: int = 0) -> Iterator[Batch]:
        """Give every batch with a greater number, in the order of numbers."""
        ...

    def entries(self, first_id: int, last_id: int, limit: int) -> list[Entry]:
        """Return rows in the order of ids, these included."""
        ...

    def tail(self, after: int) -> Tail:
        """Return what is past the last sealed id."""
        ...

    def waiting_s(self) -> float:
        """Return for how long the oldest read waits to be sealed."""
        ...

    def strays(self) -> int:
        """Return how many rows stand where no batch can reach them."""
        ...

    def is_emptied(self) -> bool:
        """Tell whether there were reads and nothing is left of them."""
        ...


class Heads(Protocol):
    """Keeps heads of the ledger where no role of the database reaches."""

    def note(self, batch: int, hash_: str, at: dt.datetime) -> None:
        """Keep that this is the last batch; safe to repeat. UnavailableError when not sure."""
        ...

    def heads(self, since: int = 0) -> Iterable[Head]:
        """Give every head from a batch on, in the order of batches; UnavailableError."""
        ...

    def note_verified(self, batch: int, hash_: str, walked: int, at: dt.datetime) -> None:
        """Keep how far a night has verified; safe to repeat. UnavailableError when not sure."""
        ...

    def verified(self) -> Sequence[Verified]:
        """Return how far nights have verified; UnavailableError."""
        ...

    def restored(self) -> Sequence[Restored]:
        """Return after which batches the database was restored; UnavailableError."""
        ...


class Corrections(Protocol):
    """Keeps requests for correction."""

    def change(
        self, student: str, number: int, become: Callable[[Correction], Correction], *, person: str
    ) -> Correction | None:
        """Keep what a request becomes, alone with it; None when there is no such request."""
        ...


class Store(Protocol):
    """Keeps events, what is derived from them, and alerts."""

    def unit(self) -> AbstractContextManager[Unit]:
        """Give one transaction: all of it is kept at its end, or none; UnavailableError if down."""
        ...

    def answers(self) -> bool:
        """Tell whether the store answers the simplest question now."""
        ...


class PolicyVersions(Protocol):
    """Keeps every version of what institutions ('') and courses change of the preset policy."""

    def in_force(self) -> dict[str, Overrides]:
        """Return what is changed now, by course."""
        ...

    def versions(self, course: str) -> Sequence[PolicyVersion]:
        """Return the latest versions of one scope, newest first."""
        ...

    def put(
        self,
        course: str,
        overrides: Overrides,
        sent: str,
        *,
        person: str,
        check: Callable[[dict[str, Overrides]], None],
    ) -> bool:
        """Keep a new version unless `check` refuses all that would be in force."""
        ...


class RosterReads(Protocol):
    """Says who has to do with whom."""

    def of(self, person: str, student: str | None = None) -> tuple[dt.date, list[Line], list[str]]:
        """Return today, a person's lines, and the courses of a student that she teaches."""
        ...

    def of_alert(self, person: str, alert_id: int) -> tuple[dt.date, list[Line], About]:
        """Return today, a person's lines, and what an alert is about."""
        ...


class Roster(RosterReads, Protocol):
    """Keeps who has to do with whom, every version of it."""

    def put(self, line: Line, *, by: str) -> bool:
        """Keep one line; tell whether it differs from what was kept."""
        ...

    def put_own(
        self,
        person: str,
        lines: list[Line],
        *,
        by: str,
        check: Callable[[list[Line], list[Line], dt.date], None],
    ) -> bool:
        """Let these be all that a person is by herself, unless `check` refuses."""
        ...

    def by_target(self, kind: str, target: str, *, person: str) -> tuple[Any, Any]:
        """Return who teaches a course or advises a student, and the past of it."""
        ...

    def by_person(self, whose: str, *, person: str) -> tuple[Any, Any]:
        """Return what the roster says of a person, and the past of it."""
        ...


class RosterImports(Protocol):
    """Keeps a whole roster."""

    def bring_in(self, bundle: Bundle, *, by: str, dry_run: bool) -> dict[str, int]:
        """Keep it all, or only find out what would change; return how many of each kind."""
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

    def reconcile_alerts(
        self,
        findings: Mapping[Pair, Sequence[Finding]],
        as_of: dt.datetime,
        policy_of: Callable[[str], Policy],
    ) -> Outcome:
        """Open, update and clear alerts until they agree with the findings of these pairs.

        `policy_of` a course tells how long an alert that has cleared stays quiet.
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
