"""The invented pupils: what each is like decides what is likely to happen to them."""

from __future__ import annotations

import random
from typing import NamedTuple

PUPILS = 60
OFTEN_ABSENT = 8  # chronically: they miss one session in seven to one in three
UNRULY = 6  # they have most of the incidents
LEAVERS = 2  # they move away in the middle of the term


class Pupil(NamedTuple):
    """One invented pupil; all but the id and the day are probabilities or shares, 0..1."""

    student_id: str
    ability: float  # mean share of a quiz's points
    absence: float  # of missing a day, excused or not
    incident: float  # of an incident on a day
    hands_in: float  # of handing in a quiz
    leaves_on: int | None  # day of the term

    def gone(self, day: int) -> bool:
        """Tell whether the pupil has left the school by that day."""
        return self.leaves_on is not None and day >= self.leaves_on


def invent_pupils(seed: int) -> list[Pupil]:
    """Return the pupils of a term; the same seed gives the same ones."""
    chance = random.Random(f"pupils {seed}")
    ids = [f"synthetic-{number:03}" for number in range(1, PUPILS + 1)]
    absent = set(chance.sample(ids, OFTEN_ABSENT))
    unruly = set(chance.sample(ids, UNRULY))
    leavers = set(chance.sample(ids, LEAVERS))
    return [
        Pupil(
            student_id=id_,
            ability=chance.betavariate(8, 3) - (0.15 if id_ in absent else 0),
            absence=chance.uniform(0.14, 0.33) if id_ in absent else chance.uniform(0, 0.06),
            incident=0.1 if id_ in unruly else 0.002,
            hands_in=chance.uniform(0.5, 0.85) if id_ in absent else chance.uniform(0.9, 1),
            leaves_on=7 * chance.randint(4, 8) if id_ in leavers else None,
        )
        for id_ in ids
    ]
