"""Which sources have fallen silent."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.domain.sources import Source, stale

THEN = dt.datetime(2024, 10, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("lately", "a_week_ago", "told"),
    [(False, True, True), (True, True, False), (False, False, False), (True, False, False)],
)
def test_a_source_is_stale_when_last_week_at_this_time_it_was_not(lately, a_week_ago, told):
    one = Source("lms", THEN, lately, a_week_ago)
    assert (stale([one]) == [one]) == told
