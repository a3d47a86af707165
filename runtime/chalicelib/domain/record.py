"""A student's whole record: its sections, in words, and the tables that each comes from."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import msgspec


class Section(NamedTuple):
    """One part of a record; its name is that of its query."""

    name: str
    title: str
    means: str
    tables: tuple[str, ...]
    key: tuple[str, ...] = ()  # of a long one: the fields of a row that its rows are in order of


PERSON = Section("person", "Who this is", "Institution id, names and contacts.", ("person",))
SECTIONS = (
    Section("courses", "Courses", "What the catalogue says of them.", ()),
    Section("enrolments", "Enrolments", "As the roster has them.", ("enrolment",)),
    Section(
        "enrolment_versions",
        "Enrolments, earlier versions",
        "What the roster said, and from when on.",
        ("catalogue_version",),
    ),
    Section(
        "enrolment_changes", "Enrolled, withdrawn, completed", "By events.", ("enrolment_change",)
    ),
    Section("standings", "Standings", "Each course, summed up.", ("standing",)),
    Section("results", "Work", "The result that counts of each piece of work.", ()),
    Section("attendance", "Attendance", "The latest status of each session.", ("attendance",)),
    Section("activity", "Activity", "By course and day.", ()),
    Section("conduct", "Conduct", "Incidents, suspensions and commendations.", ("conduct",)),
    Section(
        "risk",
        "Risk by day",
        "The score from 0 to 100 that each day ended with, and the rules that had fired.",
        ("risk_daily",),
    ),
    Section("alerts", "Alerts", "What fired, why, and the numbers behind it.", ("alert",)),
    Section(
        "alert_history",
        "What became of alerts",
        "Every change, by whom; notes where whoever wrote them marked them as shareable.",
        ("alert_history",),
    ),
    Section("interventions", "Interventions", "What was done.", ("intervention",)),
    Section("announcements", "Who was told of alerts", "And when.", ("announcement",)),
    Section(
        "corrections",
        "Requests for correction",
        "What was asked for, the decision, and the student's statement.",
        ("correction",),
    ),
    Section("retractions", "Retracted", "Events that do not count any more.", ("retraction",)),
    Section("roster", "Advisers, and whose sign-in is this student's", "Now.", ("roster",)),
    Section("roster_versions", "The same, earlier", "With who changed it.", ("roster_version",)),
    Section(
        "policies",
        "Policies",
        "What the institution and the courses changed of the thresholds, from when on.",
        ("policy_version",),
    ),
    Section(
        "shadow_findings",
        "Findings of policies in shadow",
        "What a policy that was tried out would have found; it alerts no one.",
        ("shadow_finding",),
    ),
    Section(
        "shadow_alerts",
        "Alerts of policies in shadow",
        "What it would have told, and told nobody.",
        ("shadow_alert",),
    ),
    Section("holds", "Legal holds", "Why nothing may be deleted.", ("legal_hold",)),
    Section("erasures", "Erasure", "When this record was erased.", ("erasure",)),
    # What may be long stands at the end, so that all else is in the first part of a record.
    Section(
        "events",
        "Events",
        "Everything that was sent, as it was sent.",
        ("event", "receipt"),
        ("occurred_at", "event_uid"),
    ),
    Section(
        "quarantine",
        "Set aside",
        "What came of this student and could not be processed; the content in base64, unless it is"
        " of others as well.",
        ("quarantine",),
        ("recorded_at", "quarantine_uid"),
    ),
    Section(
        "ledger",
        "Who has read this record",
        "Every read, under which interest, from where; `others` were on the same list. And what"
        " was disclosed outside of the monitor, and asked for and refused.",
        ("access", "disclosure"),
        ("access_id",),
    ),
)
TABLES = frozenset(table for section in (PERSON, *SECTIONS) for table in section.tables)
BY_NAME = {section.name: section for section in SECTIONS}


class Place(NamedTuple):
    """Where a record goes on: behind the row that a part of it ended with."""

    section: str
    number: int = 0  # rows of it that were shown, or the number of the last one
    at: dt.datetime = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
    uid: str = "00000000-0000-0000-0000-000000000000"


class Row(NamedTuple):
    """One row of a section, as JSON; `number` counts those of a section without a key."""

    section: str
    number: int
    content: msgspec.Raw

    @property
    def place(self) -> Place:
        """Where this row stands."""
        key = BY_NAME[self.section].key
        if not key:
            return Place(self.section, self.number)
        row: dict[str, Any] = msgspec.json.decode(self.content)
        if len(key) == 1:
            return Place(self.section, row[key[0]])
        at: dt.datetime = msgspec.convert(row[key[0]], dt.datetime)
        return Place(self.section, 0, at, row[key[1]])


def sections_from(place: Place | None) -> tuple[Section, ...]:
    """Return the sections that are not shown yet, or not to their end."""
    names = [section.name for section in SECTIONS]
    return SECTIONS[names.index(place.section) :] if place else SECTIONS
