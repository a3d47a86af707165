"""The catalogue of a course run: its title, its dates, and what is to be handed in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from local.example import Catalogue, CourseBody, ItemBody, timestamp
from local.oulad import times
from local.oulad.files import ASSESSMENTS, Run, day_or_none, number_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

SUBJECT = {  # the domains of the modules, table 1 of the paper
    "AAA": "social sciences",
    "BBB": "social sciences",
    "CCC": "stem",
    "DDD": "stem",
    "EEE": "stem",
    "FFF": "stem",
    "GGG": "social sciences",
}
KIND = {"TMA": "Tutor-marked assignment", "CMA": "Computer-marked assignment", "Exam": "Final exam"}


class Assessment(NamedTuple):
    """A piece of work of a run; sorts by due day, then by id."""

    due_day: int
    item_id: str
    kind: str  # TMA, CMA or Exam
    weight: float  # per cent; the exam's 100 stand beside the coursework's 100


def read_assessments(folder: Path, run: Run, last_day: int) -> list[Assessment]:
    """Return the run's assessments by due day; one without a day is due when the run ends.

    Only exams have none, and the exam is what a run ends with.
    """
    columns = ("id_assessment", "assessment_type", "date", "weight")
    found = []
    for item_id, kind, date, weight in rows_of(folder / ASSESSMENTS, run, *columns):
        day = day_or_none(date)
        due_day = last_day if day is None else day
        found.append(Assessment(due_day, item_id, kind, number_of(weight)))
    return sorted(found)


def catalogue(
    run: Run, last_day: int, assessments: Sequence[Assessment], handed_in: Collection[str]
) -> Catalogue:
    """Return what is PUT of a run.

    An exam of which the data holds no result at all is optional: who sat it is not known, so it
    must be out of what is missing and out of means. Most runs' exams are like that.
    """
    titles = _titles(assessments)
    items: dict[str, ItemBody] = {
        one.item_id: {
            "title": titles[one.item_id],
            "due_at": timestamp(times.due(one.due_day)),
            "weight": one.weight,
            "optional": one.kind == "Exam" and one.item_id not in handed_in,
        }
        for one in assessments
    }
    return {"course_id": run.course_id, "course": _course(run, last_day), "items": items}


def _course(run: Run, last_day: int) -> CourseBody:
    return {
        "title": f"Module {run.module}, presentation {run.presentation} (OULAD)",
        "subject": SUBJECT.get(run.module, ""),
        "starts_on": times.due(0).date().isoformat(),
        "ends_on": times.due(last_day).date().isoformat(),
        "time_zone": "UTC",
    }


def _titles(assessments: Sequence[Assessment]) -> dict[str, str]:
    of_kind = Counter(one.kind for one in assessments)
    so_far: Counter[str] = Counter()
    titles = {}
    for one in assessments:
        so_far[one.kind] += 1
        name = KIND.get(one.kind, one.kind)
        numbered = f"{name} {so_far[one.kind]}"
        titles[one.item_id] = numbered if of_kind[one.kind] > 1 else name
    return titles
