"""What it costs to judge one standing: every rule, the score, against a class of three hundred."""

from __future__ import annotations

import datetime as dt
import random
import time

from chalicelib.domain.classroom import Course, ItemTerms, describe
from chalicelib.domain.folding import unheard_of, with_terms
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.domain.standing import MICROS_PER_DAY, Standing, Touched
from chalicelib.domain.work import Result
from chalicelib.services.judge import Judge

STUDENTS, ITEMS, DUE, ROUNDS = 300, 12, 8, 9
NOW = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=2 * DUE + 1)


def measure() -> dict[str, float]:
    """Return microseconds a standing, for students with eight of twelve pieces of work done."""
    pick = random.Random(5)
    items = [
        ItemTerms(f"essay-{n}", f"Essay {n}", 2 * n * MICROS_PER_DAY, 1000, optional=False)
        for n in range(1, ITEMS + 1)
    ]
    class_ = [_student(number, pick) for number in range(STUDENTS)]
    course = Course("C", 0, 2 * ITEMS * MICROS_PER_DAY, items)
    context = describe(course, class_, int(NOW.timestamp() * 1e6))
    touched = [Touched(standing, 0, 0, 0) for standing in class_]
    judge, took = Judge(HIGHER_EDUCATION), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        judge.verdicts(touched, {"C": context}, NOW)
        took.append(time.perf_counter() - began)
    return {"evaluate_us_per_standing": sorted(took)[ROUNDS // 2] / STUDENTS * 1e6}


def _student(number: int, pick: random.Random) -> Standing:
    work = [
        Result(
            f"essay-{n}",
            weight=1000,
            score_bp=pick.randrange(2000, 10_000),
            scored_us=2 * n * MICROS_PER_DAY,
            submitted_us=2 * n * MICROS_PER_DAY - pick.randrange(MICROS_PER_DAY),
        )
        for n in range(1, DUE + 1)
        if pick.random() < 0.9
    ]
    return with_terms(unheard_of(f"student-{number}", "C").standing, work)
