"""`python -m local backtest`: play courses, print the tables, write them and their plots."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import multiprocessing
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chalicelib.domain.in_force import resolve
from chalicelib.domain.policy import HIGHER_EDUCATION, PRESETS, read_toml
from local.backtest import fairness, printing, rules, scoring, warning, writing
from local.backtest.course_run import Watched, watch
from local.oulad import OuladError, course_ids

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from chalicelib.domain.policy import Policy
    from local.backtest.rows import Row

PROCESSES = 2
WEEKS = tuple(range(2, 33, 2))


def add_to(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    one = parts.add_parser("backtest", help="play past courses and see whom it would have found")
    one.add_argument("folder", help="where the CSV files of OULAD are")
    one.add_argument("--policy", default="higher_education", help="a preset, or a TOML file")
    one.add_argument("--against", help="another policy, to compare with; alerts nobody either")
    one.add_argument("--weeks", default=",".join(map(str, WEEKS)), help="such as 4,8,16,20")
    one.add_argument("--course", action="append", help="such as AAA-2013J; all without")
    one.add_argument("--marking-lag-days", type=int, default=0)
    one.add_argument("--into", default=".local/backtest", help="the folder to write")


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Play the courses, print and write what comes of it."""
    began = time.monotonic()
    folder, weeks = Path(arguments.folder), weeks_of(arguments.weeks)
    courses = arguments.course or course_ids(folder)
    lag_days = arguments.marking_lag_days
    watched = watch_all(
        folder, courses, policy_of(arguments.policy), max(weeks), lag_days, console=console
    )
    found = tables_of(watched, weeks)
    printing.show(found, console)
    if arguments.against:
        other = watch_all(
            folder, courses, policy_of(arguments.against), max(weeks), lag_days, console=console
        )
        found["comparison"] = rules.comparison_rows(watched, other, weeks)
        printing.compare(found["comparison"], arguments.policy, arguments.against, console)
    about = {
        "made": dt.date.today().isoformat(),  # noqa: DTZ011  # of whoever reads the file
        "policy": arguments.policy, "against": arguments.against, "courses": list(courses),
        "weeks": list(weeks), "marking_lag_days": lag_days,
    }  # fmt: skip
    into = Path(arguments.into)
    written = writing.write(into, about, found) + draw(into, found)
    console.print(f"{len(written)} files in {into}, after {time.monotonic() - began:.0f} s.")
    return 0


def watch_all(
    folder: Path,
    courses: Sequence[str],
    policy: Policy,
    weeks: int,
    lag_days: int,
    *,
    console: Console,
) -> list[Watched]:
    """Play every course, two at a time, with a progress bar; the same students in any order."""
    found: dict[str, list[Watched]] = {}
    columns = (TextColumn("courses played"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    spawn = multiprocessing.get_context("spawn")
    with (
        concurrent.futures.ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool,
        Progress(*columns, console=console) as bar,
    ):
        running = {
            pool.submit(watch, folder, course, policy, weeks, lag_days): course
            for course in courses
        }
        for future in bar.track(concurrent.futures.as_completed(running), total=len(running)):
            found[running[future]] = future.result()
    return [one for course in courses for one in found[course]]


def tables_of(watched: Sequence[Watched], weeks: Sequence[int]) -> dict[str, list[Row]]:
    """Return every table by its name."""
    return {
        "score": scoring.score_rows(watched, weeks),
        "rules": rules.rule_rows(watched, weeks),
        "lead": warning.lead_rows(watched),
        "fairness": fairness.fairness_rows(watched, weeks),
        "calibration": scoring.calibration_rows(watched, weeks),
        "share": scoring.share_rows(watched, weeks),
    }


def draw(into: Path, found: dict[str, list[Row]]) -> list[Path]:
    """Draw the plots; matplotlib is loaded for nothing else."""
    from local.backtest import plots

    return plots.draw(into, found)


def policy_of(name: str) -> Policy:
    """Return a preset, or what a TOML file makes of one. Raises OuladError, InvalidRequestError."""
    if name in PRESETS:
        return PRESETS[name]
    try:
        text = Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise OuladError(f"{name} is no preset ({', '.join(PRESETS)}) and no file") from error
    return resolve(HIGHER_EDUCATION, read_toml(text), {}, text=text)


def weeks_of(text: str) -> tuple[int, ...]:
    """Return the weeks that were asked for. Raises OuladError."""
    try:
        weeks = sorted({int(week) for week in text.split(",")})
    except ValueError as error:
        raise OuladError(f"--weeks {text}: numbers with commas between, such as 4,8,16") from error
    if weeks[0] < 1:
        raise OuladError("--weeks: the first is week 1")
    return tuple(weeks)
