"""`python -m local.backtest.fitting FOLDER`: print domain/score_points.py as 2013 makes it.

The rows are students in weeks 4, 6 .. 24 of the course runs 2013B and 2013J, seen through the code
that production runs; the points are those of monotone.py, ten points to one unit of log-odds.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import inspect
import multiprocessing
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chalicelib.domain import score_points
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.domain.score import features, scale
from chalicelib.domain.standing import enrolled_at
from local.backtest.monotone import Fitted, Part, fit
from local.backtest.people import people_of
from local.backtest.replay import Replay
from local.backtest.rows import FITTED_ON
from local.oulad import course_ids, files, read_course

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chalicelib.domain.standing import CourseContext

WEEKS = range(4, 25, 2)
RISING = {"missing", "fails", "timing", "silence"}  # the others fall
ZERO = {"missing": 500}  # where a part adds nothing; 0 for the others
PROCESSES = 2


class Seen(NamedTuple):
    """One student in one week."""

    values: Mapping[str, int]  # of the parts
    elapsed_bp: int
    at_risk: bool


def seen(folder: Path, course: str) -> list[Seen]:
    """Play a course run and return what the score could have known of whom, in those weeks."""
    run, _ = files.find_run(folder, course)
    people = {person.student: person for person in people_of(folder, run)}
    replay = Replay(read_course(folder, course))
    found = []
    for week in WEEKS:
        as_of_us = replay.advance(7 * week)
        context = replay.context(as_of_us)
        by = scale(context, HIGHER_EDUCATION.low_mark_bp, as_of_us)
        elapsed_bp = _elapsed_bp(context, as_of_us)
        for pseudonym, touched in replay.standings.items():
            person = people.get(replay.students[pseudonym])
            if person is None or not person.registered_by(7 * week):
                continue
            if enrolled_at(touched.standing, as_of_us):
                values = features(touched.standing, by)
                found.append(Seen(values, elapsed_bp, person.at_risk))
    return found


def all_seen(folder: Path) -> list[Seen]:
    """Return what was to be seen of every run that the score may be fitted on, two at a time."""
    courses = [course for course in course_ids(folder) if course.endswith(FITTED_ON)]
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        return [one for found in pool.map(seen, [folder] * len(courses), courses) for one in found]


def fitted(rows: Iterable[Seen]) -> Fitted:
    """Return base and curves of the parts that the score has, at the knots that it has."""
    there = list(rows)
    parts = {
        name: Part(points.knots, name in RISING, ZERO.get(name, 0))
        for name, points in score_points.PARTS.items()
    }
    values = {name: np.array([float(one.values[name]) for one in there]) for name in parts}
    when = np.array([float(one.elapsed_bp) for one in there])
    risky = np.array([float(one.at_risk) for one in there])
    return fit(parts, score_points.STAGES_BP, values, when, risky)


def module(found: Fitted) -> str:
    """Return the text of domain/score_points.py with these points, and all else as it is."""
    text = inspect.getsource(score_points)
    base = ", ".join(str(round(5000 + 1000 * points)) for points in found.base)
    text = re.sub(r"^BASE = .*$", f"BASE = ({base})", text, flags=re.MULTILINE)
    for name, curve in found.curves.items():
        rows = "".join(f"            ({', '.join(_hundredths(row))}),\n" for row in curve)
        place = rf'(    "{name}": Points\(.*?\n        \(\n).*?(        \),\n)'
        text = re.sub(place, rf"\g<1>{rows}\g<2>", text, flags=re.DOTALL)
    return text


def difference(found: Fitted) -> int:
    """Return by how much the points differ most from those in use, hundredths of a point."""
    pairs = [*zip(found.base * 1000 + 5000, score_points.BASE, strict=True)]
    for name, points in score_points.PARTS.items():
        for row, shipped in zip(found.curves[name], points.rows, strict=True):
            pairs += zip(row * 1000, shipped, strict=True)
    return max(abs(round(float(new)) - old) for new, old in pairs)


def _hundredths(row: Iterable[float]) -> Iterator[str]:
    return (str(round(1000 * float(points))) for points in row)


def _elapsed_bp(context: CourseContext, as_of_us: int) -> int:
    begins_us, ends_us = context.begins_us, context.ends_us
    if begins_us is None or ends_us is None:
        raise files.OuladError(f"{context.course} has no dates")
    return (as_of_us - begins_us) * 10_000 // (ends_us - begins_us)


def main() -> None:
    """Fit, print the module, and say how far it is from the one in use."""
    parser = argparse.ArgumentParser(prog="python -m local.backtest.fitting")
    parser.add_argument("folder", type=Path, help="where the CSV files of OULAD are")
    rows = all_seen(parser.parse_args().folder)
    found = fitted(rows)
    sys.stdout.write(module(found))
    most = difference(found)
    sys.stderr.write(f"{len(rows)} rows; at most {most} hundredths of a point from those in use\n")


if __name__ == "__main__":
    main()
