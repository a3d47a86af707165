"""An example as a person watches it: a bar that moves, announcements as they come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from local.replay import replay

if TYPE_CHECKING:
    from rich.console import Console

    from local.examples import Example
    from local.sender import Sender
    from local.system import LocalSystem

_COLUMNS = (
    TextColumn("{task.fields[day]}"),
    BarColumn(bar_width=24),
    TextColumn("{task.completed}/{task.total} days"),
    TextColumn("{task.fields[rate]:,.0f} events/s, lag {task.fields[lag]:.2f} s"),
    TextColumn("alerts: {task.fields[opened]} opened, {task.fields[cleared]} cleared"),
    TimeElapsedColumn(),
)


def play(
    example: Example,
    system: LocalSystem,
    sender: Sender,
    *,
    console: Console,
    speed: float | None = None,
    show: bool = False,
) -> None:
    """Play an example with a progress bar; `show` prints announcements, and resumes a replay."""
    console.print(f"\nPlaying {example.title}.")
    announcements = system.announcements(
        (lambda told: _show(told, console)) if show else lambda _: None
    )
    with Progress(*_COLUMNS, console=console) as bar:
        task = bar.add_task("", total=None, day="", rate=0.0, lag=0.0, opened=0, cleared=0)
        began = time.monotonic()
        try:
            for step in replay(
                example.playable, system, sender, days_per_second=speed, resume=show
            ):
                bar.update(
                    task,
                    total=step.number + step.days,
                    completed=step.number,
                    day=str(step.day),
                    rate=len(sender.acknowledged) / (time.monotonic() - began),
                    lag=step.lag_s,
                    opened=announcements.opened,
                    cleared=announcements.cleared,
                )
        finally:
            announcements.stop()
        bar.update(task, opened=announcements.opened, cleared=announcements.cleared)


def _show(told: Any, console: Console) -> None:
    where = told["course"] or "school"
    if told["kind"] == "opened":
        console.print(
            f"  [yellow]{told['severity']:8}[/] {told['student']} {where}: {told['because']}"
        )
    else:
        console.print(f"  [green]cleared[/]  {told['student']} {where}: {told['rule']}")
