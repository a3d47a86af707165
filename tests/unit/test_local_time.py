"""Hours of the day are found where clocks change, twice a year and once by half an hour."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from chalicelib.domain.local_time import end_of_quiet, is_time_zone, next_at

HOUR = dt.timedelta(hours=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("hour", "after", "zone", "expected"),
    [
        (8, "2025-01-10T07:59", "UTC", "2025-01-10T08:00"),
        (8, "2025-01-10T08:00", "UTC", "2025-01-11T08:00"),
        (8, "2025-01-10T06:59", "Europe/Berlin", "2025-01-10T07:00"),
        (8, "2025-07-10T05:59", "Europe/Berlin", "2025-07-10T06:00"),
        (0, "2025-01-10T23:30", "Asia/Tokyo", "2025-01-11T15:00"),
        (8, "2025-01-10T12:00", "America/New_York", "2025-01-10T13:00"),
        # 30 March 2025: clocks go from 02:00 to 03:00; 26 October: from 03:00 back to 02:00.
        (8, "2025-03-29T12:00", "Europe/Berlin", "2025-03-30T06:00"),
        (2, "2025-03-29T12:00", "Europe/Berlin", "2025-03-30T01:00"),
        (2, "2025-03-30T01:00", "Europe/Berlin", "2025-03-31T00:00"),
        (2, "2025-10-25T12:00", "Europe/Berlin", "2025-10-26T00:00"),
        (2, "2025-10-26T00:30", "Europe/Berlin", "2025-10-27T01:00"),
        (2, "2024-10-05T12:00", "Australia/Lord_Howe", "2024-10-05T15:30"),
        (0, "2018-11-03T12:00", "America/Sao_Paulo", "2018-11-04T03:00"),
        (8, "2011-12-29T19:00", "Pacific/Apia", "2011-12-30T18:00"),  # 30 December was left out
    ],
)
def test_the_next_time_that_it_is_so_many_o_clock(hour, after, zone, expected):
    assert next_at(hour, utc(after), zone) == utc(expected)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("hour", range(24))
def test_every_day_of_a_year_has_each_hour_once(zone, hour):
    moment, days = utc("2024-12-31T12:00"), []
    while moment < utc("2026-01-02T12:00"):
        moment = next_at(hour, moment, zone)
        days.append(moment.astimezone(zoneinfo.ZoneInfo(zone)).date())
    assert days == [days[0] + dt.timedelta(days=n) for n in range(len(days))]


@pytest.mark.parametrize(
    ("now", "zone", "from_hour", "until_hour", "expected"),
    [
        ("2025-01-10T19:59", "UTC", 20, 8, None),
        ("2025-01-10T20:00", "UTC", 20, 8, "2025-01-11T08:00"),
        ("2025-01-11T07:59", "UTC", 20, 8, "2025-01-11T08:00"),
        ("2025-01-11T08:00", "UTC", 20, 8, None),
        ("2025-01-11T12:30", "UTC", 12, 14, "2025-01-11T14:00"),
        ("2025-01-11T11:30", "UTC", 12, 14, None),
        ("2025-01-11T03:00", "UTC", 0, 0, None),
        ("2025-07-10T18:30", "Europe/Berlin", 20, 8, "2025-07-11T06:00"),
        ("2025-01-10T18:30", "Europe/Berlin", 20, 8, None),
        ("2025-03-29T19:30", "Europe/Berlin", 20, 8, "2025-03-30T06:00"),
        ("2025-10-25T18:30", "Europe/Berlin", 20, 8, "2025-10-26T07:00"),
        ("2025-10-26T00:30", "Europe/Berlin", 1, 2, None),  # the second time that it is past two
        ("2025-03-30T01:00", "Europe/Berlin", 2, 3, None),  # an hour that this day has not got
    ],
)
def test_quiet_hours_end(now, zone, from_hour, until_hour, expected):
    ends = end_of_quiet(utc(now), zone, from_hour=from_hour, until_hour=until_hour)

    assert ends == (utc(expected) if expected else None)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(("from_hour", "until_hour"), [(20, 8), (1, 2), (2, 3), (23, 2), (9, 17)])
def test_no_quiet_hour_ends_in_quiet_where_clocks_change(zone, from_hour, until_hour):
    days = [
        utc(f"2025-{day}T00:00") for day in ("03-08", "03-29", "04-05", "10-04", "10-25", "11-01")
    ]
    for now in [day + n * HOUR / 4 for day in days for n in range(3 * 96)]:
        ends = end_of_quiet(now, zone, from_hour=from_hour, until_hour=until_hour)
        if ends is not None:
            assert now < ends <= now + 26 * HOUR
            assert end_of_quiet(ends, zone, from_hour=from_hour, until_hour=until_hour) is None


@pytest.mark.parametrize(
    ("name", "known"),
    [("UTC", True), ("Europe/Berlin", True), ("right/UTC", False), ("../etc", False), ("", False)],
)
def test_time_zones_are_those_of_iana(name, known):
    assert is_time_zone(name) is known
