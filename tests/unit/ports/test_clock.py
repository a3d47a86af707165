"""What every Clock promises: the fake, the wall clock, the clock of a replay."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.adapters.clock import FileClock, WallClock
from tests.builders import Clock

HOUR = dt.timedelta(hours=1)
MOMENT = dt.datetime(2024, 10, 7, 8, tzinfo=dt.UTC)


@pytest.fixture(params=["fake", "wall", "file", "file that is not there"])
def clock(request, tmp_path):
    if request.param == "fake":
        return Clock()
    if request.param == "wall":
        return WallClock()
    clock = FileClock(tmp_path / "clock")
    if request.param == "file":
        clock.set(MOMENT)
    return clock


def test_now_is_in_utc_and_never_goes_back(clock):
    first, second = clock.now(), clock.now()

    assert first.utcoffset() == dt.timedelta(0)
    assert first <= second


def test_a_replay_sets_the_time_for_every_process(tmp_path):
    writer, reader = FileClock(tmp_path / "clock"), FileClock(tmp_path / "clock")

    for moment in (MOMENT, MOMENT + HOUR):
        writer.set(moment)
        assert reader.now() == moment


def test_a_moment_in_another_zone_is_told_in_utc(tmp_path):
    clock = FileClock(tmp_path / "clock")
    clock.set(MOMENT.astimezone(dt.timezone(2 * HOUR)))

    assert clock.now() == MOMENT
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_while_no_replay_has_begun_it_is_the_present(tmp_path):
    assert abs(FileClock(tmp_path / "clock").now() - dt.datetime.now(dt.UTC)) < HOUR
