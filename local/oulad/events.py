"""The events of a course run; their ids and times follow from its rows alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from local.example import Draft
from local.oulad import times
from local.oulad.files import (
    REGISTRATION,
    SUBMISSIONS,
    Run,
    click_files,
    count_of,
    day_of,
    day_or_none,
    known,
    number_of,
    read_columns,
    rows_of,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local.oulad.catalogue import Assessment


def student_id(number: str) -> str:
    """Return the institution's id of a student of OULAD."""
    return f"oulad-{number}"


def enrolments(folder: Path, run: Run, last_day: int) -> Iterator[Draft]:
    """Yield who enrolled and withdrew when; who stayed completed the run on its last day.

    A registration without a day (36 of 21,333) is no event: the student was enrolled before.
    """
    columns = ("id_student", "date_registration", "date_unregistration")
    for number, registered, unregistered in rows_of(folder / REGISTRATION, run, *columns):
        began, left = day_or_none(registered), day_or_none(unregistered)
        about = f"{run.course_id}-{number}"
        if began is not None:
            id_ = f"enrolled-{about}"
            yield _enrolment(times.within(times.ENROLLING, began, id_), id_, run, number)
        if left is not None:
            id_ = f"withdrawn-{about}"
            yield _enrolment(times.within(times.LEAVING, left, id_), id_, run, number)
        else:
            yield _enrolment(times.end(last_day), f"completed-{about}", run, number)


def work(
    folder: Path, run: Run, assessments: Mapping[str, Assessment], marking_lag_days: int
) -> Iterator[Draft]:
    """Yield what was handed in, and its marks `marking_lag_days` later (OULAD has no such dates).

    Work without a score was never marked. Banked work was carried over from an earlier run: it was
    not handed in here, and its mark does not count here.
    """
    columns = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")
    for item, number, date, banked, score in read_columns(folder / SUBMISSIONS, *columns):
        one = assessments.get(item)
        if one is None:
            continue
        if banked == "1":
            yield _carried_over(run, one, number, day_of(date), score)
            continue
        yield _submission(run, item, number, day_of(date))
        if known(score):
            yield _mark(
                run, one, number, day_of(date) + marking_lag_days, {"score": number_of(score)}
            )


def activity(folder: Path, run: Run) -> Iterator[Draft]:
    """Yield one event per student and day with clicks in the learning environment."""
    clicks: Counter[tuple[str, str]] = Counter()
    for path in click_files(folder):
        for number, date, count in rows_of(path, run, "id_student", "date", "sum_click"):
            clicks[number, date] += count_of(count)
    for (number, date), clicked in clicks.items():
        id_ = f"activity-{run.course_id}-{number}-day{date}"
        at = times.within(times.STUDYING, day_of(date), id_)
        details = {"kind": "vle", "count": clicked}
        yield Draft(at, id_, "activity_recorded", student_id(number), run.course_id, details)


def _enrolment(at: dt.datetime, event_id: str, run: Run, number: str) -> Draft:
    details = {"status": event_id.partition("-")[0]}
    return Draft(at, event_id, "enrollment_changed", student_id(number), run.course_id, details)


def _submission(run: Run, item: str, number: str, day: int) -> Draft:
    id_ = f"submitted-{item}-{number}"
    at = times.within(times.STUDYING, day, id_)
    return Draft(at, id_, "work_submitted", student_id(number), run.course_id, {"item_id": item})


def _mark(run: Run, one: Assessment, number: str, day: int, details: dict[str, Any]) -> Draft:
    id_ = f"scored-{one.item_id}-{number}"
    at = times.within(times.MARKING, day, id_)
    details = {"item_id": one.item_id, "max_score": 100, "weight": one.weight, **details}
    return Draft(at, id_, "assessment_scored", student_id(number), run.course_id, details)


def _carried_over(run: Run, one: Assessment, number: str, day: int, score: str) -> Draft:
    # An event needs a score; that of the one banked row without any is 0, which counts nowhere.
    details = {
        "score": number_of(score) if known(score) else 0,
        "excused": True,
        "metadata": {"carried_over": True},
    }
    return _mark(run, one, number, day, details)
