"""Where one student stands in one course, and what the class looks like: facts, no verdicts."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from chalicelib.domain.work import Result  # msgspec reads the types

MICROS_PER_DAY = 86_400_000_000
Conduct = tuple[int, str, int]  # (occurred_us, event_uid, kind as in facts.CONDUCT_KIND)
Spans = tuple[tuple[int, int], ...]  # [from, to) in microseconds since 1970 UTC, in order


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The facts about one student in one course; every field is a function of the set of events."""

    student: str
    course: str  # '' = none (attendance and conduct of the school as a whole)
    work: list[Result]  # what was handed in, marked or excused, by item
    marks: int  # that count
    weight_sum: int  # thousandths
    weighted_sum: int  # thousandths x basis points
    handed_in: int
    late: int
    sessions: int  # held while enrolled
    attended: int  # present or late
    active_day: int | None  # of the last activity, in days since 1970 UTC
    submitted_day: int | None  # of the last piece of work that was handed in for the first time
    incidents: int
    suspensions: int
    enrolled: Spans | None  # None: nobody ever said; taken as always
    conduct: tuple[Conduct, ...] = ()  # the oldest first


class Signals(NamedTuple):
    """What the last sweep knew beside a standing: no function of the set of events alone."""

    risk_before: int | None = None  # as many days ago as the policy's `sudden_change_days` say
    flags: int = 0  # of this standing (see indicators.combined)
    flags_elsewhere: int = 0  # of the student's other standings


NO_SIGNALS = Signals()


class Touched(msgspec.Struct, frozen=True, gc=False):
    """A standing as it was read or has just become, with what lists and alerts go by."""

    standing: Standing
    open_alerts: int
    risk_bucket: int
    version: int
    place: str = ""  # where the store keeps it; empty: not yet
    changed: int = 0  # aspects that differ from what is kept
    signals: Signals = NO_SIGNALS


class DueItem(NamedTuple):
    """A piece of work of a course, and how the class dealt with it; optional work is left out.

    The last six are what the score compares a student with, drawn towards what is usual where the
    class is small (see `classroom`).
    """

    item: str
    title: str
    due_us: int | None
    handed_in: int  # of those expected
    expected: int  # students enrolled when it was due (if it was) and now
    heft: int = 1000  # thousandths: the square root of its weight over the mean weight
    handed_bp: int = 8500  # share of the class
    mean_bp: int = 7200  # of the marks
    sd_bp: int = 2000
    lead_mean_h: int = -24  # of submissions, in hours after the due date: negative is early
    lead_sd_h: int = 96


class CourseContext(NamedTuple):
    """What a class looks like, as of the last sweep."""

    course: str
    items: tuple[DueItem, ...] = ()
    mean_bp: int | None = None  # of the enrolled students' weighted means
    enrolled: int = 0
    begins_us: int | None = None  # None: neither the catalogue nor its work tell
    ends_us: int | None = None
    median_submitted_us: int | None = None  # of the enrolled students' last submissions
    marked: int = 0  # enrolled students with marks that count
    low_bp: int | None = None  # 15th percentile of their means
    median_day: int | None = None  # of the enrolled students' last signs, in days since 1970 UTC
    subject: str = ""  # of the catalogue, in small letters


def enrolled_at(standing: Standing, moment_us: int) -> bool:
    """Tell whether the student was enrolled then; unknown enrolment counts as enrolled."""
    return within(standing.enrolled, moment_us)


def within(spans: Spans | None, moment_us: int) -> bool:
    """Tell whether a moment is in one of the spans; None stands for all of time."""
    if spans is None:
        return True
    for begins, ends in spans:  # noqa: SIM110  # any() costs double, per standing
        if begins <= moment_us < ends:
            return True
    return False


def mean_bp(standing: Standing) -> int | None:
    """Return the weighted mean of the counted marks in basis points, rounded down; None without."""
    return standing.weighted_sum // standing.weight_sum if standing.weight_sum else None


def last_day(standing: Standing) -> int | None:
    """Return the day since 1970 of the last activity or submission; None if there was neither."""
    active, submitted = standing.active_day, standing.submitted_day
    return max(active, submitted) if active and submitted else active or submitted
