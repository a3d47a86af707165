"""The commands of `python -m local`, one function each."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from chalicelib.adapters.clock import FileClock
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.digest import digest as digest_of
from chalicelib.domain.policy import PRESETS
from local import examples, figures, paths, verifying
from local.backtest import command as backtest
from local.database import DATABASE
from local.emulator import EmulatorError
from local.oulad import OuladError, read_courses
from local.playing import play
from local.postgres import EmbeddedPostgres, PostgresError
from local.report import report
from local.sender import Sender, SenderError
from local.system import LocalSystem, StartError, remove

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from local.examples import Example

_console = Console(highlight=False, soft_wrap=True)


def execute(arguments: argparse.Namespace) -> int:
    """Do what was asked; say in one sentence what went wrong, if anything did."""
    command = {
        "run": run,
        "demo": demo,
        "import": import_courses,
        "backtest": lambda told: backtest.execute(told, _console),
        "digest": digest,
        "verify": verify,
        "status": status,
        "token": token,
        "deploy": deploy,
        "reset": reset,
    }[arguments.command]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return command(arguments)
    except (StartError, PostgresError, EmulatorError, SenderError, OuladError) as error:
        _console.print(f"[bold red]{error}[/]")
        return 1
    except KeyError as error:
        _console.print(f"There is no example {error}; there are oulad, term and none.")
        return 2
    except KeyboardInterrupt:
        return 130


def run(arguments: argparse.Namespace) -> int:
    """Bring everything up, play the example where it was left, serve until Ctrl-C."""
    example = examples.load(arguments.example or os.environ.get("EXAMPLE") or "oulad")
    port = arguments.port or int(os.environ.get("PORT") or 0) or None
    speed = arguments.speed or float(os.environ.get("SPEED") or 0) or None
    began = time.monotonic()
    with _system(example, port) as system:
        _console.print(f"Up in {time.monotonic() - began:.1f} s:")
        for name, where in system.parts():
            _console.print(f"  {name:14} {where}")
        _print_tries(system.port)
        if example and _last_played(system.paths)["title"] != example.title:
            play(
                example,
                system,
                Sender(system.port, token=system.token),
                console=_console,
                speed=speed,
                show=True,
            )
            played = {"title": example.title, "policy": example.policy}
            system.paths.replay.write_text(json.dumps(played))
        _console.print("\nServing until Ctrl-C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            _console.print("Stopping ...")
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """Play an example into an empty system of its own, print the report; 0 when all is well."""
    example = examples.load(arguments.example or os.environ.get("EXAMPLE") or "oulad")
    if example is None:
        raise KeyError("none")
    home = paths.Paths(paths.default().home / "demo")
    remove(home)
    with LocalSystem(home, policy=example.policy, replay_clock=True) as system:
        sender = Sender(system.port, token=system.token)
        play(example, system, sender, console=_console)
        ok = report(example, system, sender, _console)
    remove(home)
    shutil.rmtree(home.home, ignore_errors=True)
    return 0 if ok else 1


def import_courses(arguments: argparse.Namespace) -> int:
    """Play courses of OULAD into the system, whether they are there already or not."""
    lag_days = arguments.marking_lag_days
    courses = list(
        read_courses(Path(arguments.folder), arguments.course or (), marking_lag_days=lag_days)
    )
    title = f"{', '.join(course.course_id for course in courses)} (marking lag {lag_days} days)"
    together = examples.Together(courses)
    example = examples.Example(title, together, courses[0].starts, "higher_education", {})
    with LocalSystem(paths.default(), replay_clock=True) as system:
        sender = Sender(system.port, token=system.token)
        play(example, system, sender, console=_console)
        _console.print(f"{len(sender.acknowledged):,} events acknowledged.")
    return 0


def digest(arguments: argparse.Namespace) -> int:
    """Print one hash of all derived state, the same for the same set of events."""
    with _database() as (conninfo, home):
        played = _last_played(home)
        clock = FileClock(home.clock)
        as_of = dt.datetime.fromisoformat(arguments.as_of) if arguments.as_of else clock.now()
        database = Database(conninfo, statement_timeout_ms=0)
        with database.transaction() as cursor:
            _console.print(digest_of(cursor, PRESETS[played["policy"]], as_of))
        database.close()
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Verify the access ledger; 1 when something of it has been changed."""
    with _database() as (conninfo, home):
        return verifying.verify(conninfo, arguments.noted, _console, home.ledger_heads)


def status(_: argparse.Namespace) -> int:
    """Print what is stored, quarantined and open."""
    with _database() as (conninfo, home):
        for name, number in figures.counts(conninfo)._asdict().items():
            _console.print(f"{name.replace('_', ' '):14} {number:,}")
        lag_s = figures.lag_s(home.progress)
        _console.print(f"{'stream lag':14} {'not running' if lag_s is None else f'{lag_s:.1f} s'}")
    return 0


def token(arguments: argparse.Namespace) -> int:
    """Print a token of a ready-made person or machine, for `Authorization: Bearer`."""
    _console.print(LocalSystem(paths.default()).token(arguments.name), soft_wrap=True)
    return 0


def deploy(_: argparse.Namespace) -> int:
    """Rehearse a deployment in an emulated account."""
    from local.deployment.command import deploy as rehearsed

    return rehearsed(functools.partial(_console.print, markup=False, emoji=False))


def reset(_: argparse.Namespace) -> int:
    """Remove all data."""
    remove(paths.default())
    return 0


def _system(example: Example | None, port: int | None) -> LocalSystem:
    policy = example.policy if example else "higher_education"
    return LocalSystem(paths.default(), port=port, policy=policy, replay_clock=example is not None)


def _last_played(home: paths.Paths) -> dict[str, str]:
    """Return the title and policy of what was played to its end; the defaults before that."""
    if not home.replay.exists():
        return {"title": "", "policy": "higher_education"}
    played: dict[str, str] = json.loads(home.replay.read_text())
    return played


@contextlib.contextmanager
def _database() -> Iterator[tuple[str, paths.Paths]]:
    """Give the database, running or not, without disturbing a run."""
    home = paths.default()
    postgres = EmbeddedPostgres(home.database)
    if not postgres.has_data():
        raise StartError("There is no data yet; `make run` makes some.")
    running = postgres.attach()
    if not running:
        postgres.start()
    try:
        yield postgres.dsn(DATABASE), home
    finally:
        if not running:
            postgres.stop()


def _print_tries(port: int) -> None:
    at = f"http://127.0.0.1:{port}/v1"
    _console.print("Try:")
    _console.print(f"  TOKEN=$({_python()} -m local token educator)")
    _console.print(f"  curl -s '{at}/health'")
    for path in (
        "/alerts?state=open&limit=3",
        "/courses/AAA-2013J/students?sort=risk&limit=3",
    ):
        _console.print(f"  curl -s -H \"Authorization: Bearer $TOKEN\" '{at}{path}'")


def _python() -> str:
    """Return this Python as it is called from here."""
    called = Path(sys.executable)
    return str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)
