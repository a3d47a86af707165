"""The courses of the term: a quiz a week, due on Friday, marked on the next school day."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from local.example import Catalogue, Draft, ExampleCourse, timestamp
from local.term.dates import LAST_DAY, STARTS, WEEKS, at, draft, due

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.term.pupils import Pupil

SUBJECTS = ("mathematics", "english", "science", "history")
QUIZ_POINTS = 20
WEIGHT = 8  # per cent; twelve of them


def teach(subject: str, pupils: Sequence[Pupil], seed: int) -> ExampleCourse:
    """Return one course with what its pupils did in it."""
    course_id = f"synthetic-{subject}"
    chance = random.Random(f"{subject} {seed}")
    drafts = [one for pupil in pupils for one in _enrolment(course_id, pupil)]
    for week in range(WEEKS):
        for pupil in pupils:
            drafts.extend(_quiz(course_id, week, pupil, chance))
    return ExampleCourse(
        catalogue=_catalogue(course_id, subject),
        outcomes={},
        starts=STARTS,
        days=LAST_DAY,
        drafts=tuple(sorted(drafts, key=lambda one: one[:2])),
    )


def _catalogue(course_id: str, subject: str) -> Catalogue:
    return {
        "course_id": course_id,
        "course": {
            "title": f"Synthetic {subject}",
            "subject": subject,
            "starts_on": STARTS.isoformat(),
            "ends_on": at(LAST_DAY, 0).date().isoformat(),
            "time_zone": "UTC",
        },
        "items": {
            _quiz_id(week): {
                "title": f"Synthetic quiz {week + 1}",
                "due_at": timestamp(due(week)),
                "weight": WEIGHT,
                "optional": False,
            }
            for week in range(WEEKS)
        },
    }


def _quiz_id(week: int) -> str:
    return f"quiz-{week + 1:02}"


def _enrolment(course_id: str, pupil: Pupil) -> Iterator[Draft]:
    left = pupil.leaves_on
    changes = {
        "enrolled": at(0, 6),
        "completed" if left is None else "withdrawn": at(LAST_DAY, 23)
        if left is None
        else at(left, 6),
    }
    for status, moment in changes.items():
        yield draft(moment, "enrollment_changed", pupil.student_id, course_id, {"status": status})


def _quiz(course_id: str, week: int, pupil: Pupil, chance: random.Random) -> Iterator[Draft]:
    """Yield a quiz handed in and marked, if it was; one in twenty comes on Monday, late."""
    late = chance.random() < 0.05
    share = min(1.0, max(0.0, chance.gauss(pupil.ability, 0.12)))
    minute = chance.randrange(60)
    hands_in = chance.random() < pupil.hands_in
    day = 7 * week + (7 if late else 4)
    marked_on = min(day + (1 if late else 3), LAST_DAY)
    if not hands_in or day > LAST_DAY or pupil.gone(marked_on):
        return
    work = {"item_id": _quiz_id(week)}
    mark = {"score": round(QUIZ_POINTS * share), "max_score": QUIZ_POINTS, "weight": WEIGHT}
    who = (pupil.student_id, course_id)
    yield draft(at(day, 10, minute), "work_submitted", *who, work)
    yield draft(at(marked_on, 21), "assessment_scored", *who, work | mark)
