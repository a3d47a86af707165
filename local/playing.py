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

_IN_DIGEST = 3  # alerts of a digest that are shown
_COLUMNS = (
    TextColumn("{task.fields[day]}"),
    BarColumn(bar_width=24),
    TextColumn("{task.completed}/{task.total} days"),
    TextColumn("{task.fields[rate]:,.0f} events/s, lag {task.fields[lag]:.2f} s"),
    TextColumn("told: {task.fields[at_once]} at once, {task.fields[digests]} digests"),
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
        task = bar.add_task("", total=None, day="", rate=0.0, lag=0.0, at_once=0, digests=0)
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
                    at_once=announcements.at_once,
                    digests=announcements.digests,
                )
        finally:
            announcements.stop()
        bar.update(task, at_once=announcements.at_once, digests=announcements.digests)


def _show(told: Any, console: Console) -> None:
    """Print a message: one alert in a line, a digest with its first alerts below it."""
    notices = told["notices"]
    if not told["digest"]:
        console.print(f"  {_line(notices[0])} [dim](to {told['recipient']})[/]")
        return
    number = len(notices) + len(told["more"])
    console.print(f"  [cyan]digest[/]   to {told['recipient']}: {number} alerts")
    for notice in notices[:_IN_DIGEST]:
        console.print(f"    {_line(notice)}")
    if number > _IN_DIGEST:
        console.print(f"    [dim]and {number - _IN_DIGEST} more[/]")


def _line(notice: Any) -> str:
    where = f"{notice['student'] or 'the class'} {notice['course'] or 'school'}"
    if notice["kind"] in {"cleared", "settled"}:
        return f"[green]{notice['kind']:8}[/] {where}: {notice['rule']}"
    return f"[yellow]{notice['severity']:8}[/] {where}: {notice['because']}"
