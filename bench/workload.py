"""Synthetic events for the benchmarks: seeded, of a stated mix, bursty or uniform."""

from __future__ import annotations

import base64
import random
import uuid
from typing import TYPE_CHECKING, Any

from chalicelib.domain import wire
from chalicelib.domain.identity import lane_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STUDENTS, COURSES_EACH, COURSES = 100_000, 5, 1000
DAY_US = 86_400_000_000
START_US = 1_735_689_600_000_000  # 2025-01-01, the first day of the active partition
ENROLLED_US = START_US - 14 * DAY_US
METADATA = '{"tool":"quiz-engine","version":"4.2","room":"B-117"}'
# Of 100 events: what a school's platforms send on an ordinary day.
MIX = ("scored",) * 30 + ("submitted",) * 15 + ("attended",) * 25 + ("active",) * 30


class Workload:
    """Makes batches of distinct events over the same students and courses."""

    def __init__(self, seed: int = 1, *, days: int = 80) -> None:
        self._random = random.Random(seed)
        self._days = days
        people = random.Random(0)
        self.students = [str(uuid.UUID(int=people.getrandbits(128))) for _ in range(STUDENTS)]
        self._number = 0
        self._seed = seed

    def batch(self, size: int, *, bursty: bool) -> list[wire.Event]:
        """Return events of `size / 3` students' courses (bursty), or of as many as events."""
        pairs = [self._pair() for _ in range(max(1, size // 3 if bursty else size))]
        return [self._event(*pairs[i % len(pairs)]) for i in range(size)]

    def roster(self) -> Iterator[list[wire.Event]]:
        """Yield every student's enrolments, class by class, as a registrar sends them."""
        for number in range(COURSES):
            course = f"COURSE-{number:04d}"
            # Student n is in the courses (7 n + 131 k) mod 1000; 143 x 7 = 1 mod 1000.
            first = [143 * (number - 131 * k) % COURSES for k in range(COURSES_EACH)]
            yield [
                wire.Enrolled(
                    event_id=f"enrolment-{student}-{course}",
                    student=self.students[student],
                    occurred_us=ENROLLED_US,
                    course=course,
                    metadata=None,
                    status="enrolled",
                )
                for one in first
                for student in range(one, STUDENTS, COURSES)
            ]

    def _pair(self) -> tuple[str, str]:
        number = self._random.randrange(STUDENTS)
        course = (number * 7 + self._random.randrange(COURSES_EACH) * 131) % COURSES
        return self.students[number], f"COURSE-{course:04d}"

    def _event(self, student: str, course: str) -> wire.Event:
        r = self._random
        self._number += 1
        number = f"{self._seed}-{self._number}"
        at_us = START_US + r.randrange(self._days * DAY_US)
        match r.choice(MIX):
            case "scored":
                points = round(10_000 * r.betavariate(6, 2.5))  # mean 71 %, 3 % below 40
                return wire.Scored(
                    event_id=f"score-{number}",
                    student=student,
                    occurred_us=at_us,
                    course=course,
                    metadata=METADATA,
                    item=f"quiz-{r.randrange(12)}",
                    score=f"{points / 100}",
                    max_score="100",
                    score_bp=points,
                    weight_milli=1000,
                )
            case "submitted":
                return wire.Submitted(
                    event_id=f"submission-{number}",
                    student=student,
                    occurred_us=at_us,
                    course=course,
                    metadata=METADATA,
                    item=f"quiz-{r.randrange(12)}",
                )
            case "attended":
                return wire.Attended(
                    event_id=f"attendance-{number}",
                    student=student,
                    occurred_us=at_us,
                    course=course,
                    metadata=None,
                    session=f"session-{r.randrange(60)}",
                    status=r.choice(("present", "present", "present", "absent", "late")),
                )
            case _:
                return wire.Active(
                    event_id=f"activity-{number}",
                    student=student,
                    occurred_us=at_us,
                    course=course,
                    metadata=METADATA,
                    kind="page_view",
                    count=r.randrange(1, 30),
                )


def kinesis_event(
    events: Sequence[wire.Event], *, lanes: int = 8, post: int = 500
) -> dict[str, Any]:
    """Return the Lambda event in which these events arrive when POSTed `post` at a time."""
    return {"Records": list(_records(events, lanes, post))}


def _records(events: Sequence[wire.Event], lanes: int, post: int) -> Iterator[dict[str, Any]]:
    number = 0
    for start in range(0, len(events), post):
        by_lane: dict[int, list[wire.Event]] = {}
        for event in events[start : start + post]:
            by_lane.setdefault(lane_of(event.student, lanes), []).append(event)
        for part in by_lane.values():
            envelope = wire.Envelope(1, "local", str(uuid.uuid4()), START_US, part)
            data = base64.b64encode(wire.pack(envelope)).decode()
            number += 1
            yield {"kinesis": {"sequenceNumber": str(number), "data": data}}
