"""A student's whole record: its sections, in words, and the tables that each comes from."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """One part of a record; its name is that of its query."""

    name: str
    title: str
    means: str
    tables: tuple[str, ...]


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
    Section("activity", "Activity", "By course and day.", ("activity_day",)),
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
    Section("events", "Events", "Everything that was sent, as it was sent.", ("event", "receipt")),
    Section("retractions", "Retracted", "Events that do not count any more.", ("retraction",)),
    Section(
        "quarantine",
        "Set aside",
        "What came of this student and could not be processed; the content in base64.",
        ("quarantine",),
    ),
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
    Section(
        "ledger",
        "Who has read this record",
        "Every read, under which interest, from where; `others` were on the same list. And what"
        " was disclosed outside of the monitor, and asked for and refused.",
        ("access", "disclosure"),
    ),
    Section("erasures", "Erasure", "When this record was erased.", ("erasure",)),
)
TABLES = frozenset(table for section in (PERSON, *SECTIONS) for table in section.tables)
