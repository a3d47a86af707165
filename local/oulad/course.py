"""A course run of OULAD read from its CSV files into what is PUT and POSTed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.example import ExampleCourse
from local.oulad import events, files, times
from local.oulad.catalogue import catalogue, read_assessments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def read_course(folder: Path, course: str, *, marking_lag_days: int = 0) -> ExampleCourse:
    """Return a course run such as AAA-2013J. Raises OuladError.

    The same files give the same events. `marking_lag_days` lie between a submission and its mark.
    """
    if marking_lag_days < 0:
        raise files.OuladError(f"a marking lag of {marking_lag_days} days is before the submission")
    run, last_day = files.find_run(folder, course)
    assessments = read_assessments(folder, run, last_day)
    by_id = {one.item_id: one for one in assessments}
    drafts = [
        *events.enrolments(folder, run, last_day),
        *events.work(folder, run, by_id, marking_lag_days),
        *events.activity(folder, run),
    ]
    drafts.sort(key=lambda draft: draft[:2])
    handed_in = {draft.details["item_id"] for draft in drafts if "item_id" in draft.details}
    return ExampleCourse(
        catalogue=catalogue(run, last_day, assessments, handed_in),
        outcomes=_outcomes(folder, run),
        starts=times.DAY_ZERO.date(),
        days=last_day,
        drafts=tuple(drafts),
    )


def read_courses(
    folder: Path, courses: Iterable[str] = (), *, marking_lag_days: int = 0
) -> Iterator[ExampleCourse]:
    """Yield these course runs, or all, one at a time: no more than one is in memory."""
    for course in courses or course_ids(folder):
        yield read_course(folder, course, marking_lag_days=marking_lag_days)


def course_ids(folder: Path) -> list[str]:
    """Return the ids of the course runs in a folder. Raises OuladError."""
    return sorted(files.runs(folder))


def _outcomes(folder: Path, run: files.Run) -> dict[str, str]:
    rows = files.rows_of(folder / files.INFO, run, "id_student", "final_result")
    return {events.student_id(number): result for number, result in rows}
