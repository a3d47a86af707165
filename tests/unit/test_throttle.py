"""How often one client may ask."""

from __future__ import annotations

import pytest

from chalicelib.domain.errors import ConfigurationError, TooOftenError
from chalicelib.domain.principal import Principal
from chalicelib.services import throttle as throttles
from chalicelib.services.throttle import Throttle
from chalicelib.settings import Settings

LMS = Principal("lms", "machine", "lms")
ADA = Principal("ada", "person", "dashboard")
BEN = Principal("ben", "person", "dashboard")


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def throttle(clock):
    return Throttle(2, 3, now=lambda: clock[0])


def admitted(throttle, principal, times):
    count = 0
    for _ in range(times):
        try:
            throttle.admit(principal)
        except TooOftenError:
            continue
        count += 1
    return count


def test_a_burst_is_let_through_and_then_the_rate(throttle, clock):
    assert admitted(throttle, LMS, 10) == 3
    clock[0] += 1
    assert admitted(throttle, LMS, 10) == 2
    clock[0] += 100
    assert admitted(throttle, LMS, 10) == 3


def test_how_long_to_wait_is_told(throttle, clock):
    admitted(throttle, LMS, 3)
    with pytest.raises(TooOftenError) as refused:
        throttle.admit(LMS)
    assert refused.value.wait_s == pytest.approx(0.5)

    clock[0] += refused.value.wait_s
    throttle.admit(LMS)


def test_nobody_pays_for_another(throttle):
    assert [admitted(throttle, who, 4) for who in (LMS, ADA, BEN)] == [3, 3, 3]


def test_without_a_rate_there_is_no_limit():
    assert admitted(Throttle(0, 0), LMS, 1000) == 1000


def test_what_it_remembers_is_bounded(throttle):
    for number in range(throttles.MOST_KNOWN + 1):
        throttle.admit(LMS._replace(client=str(number)))
    assert len(throttle._left) == 1


def test_a_limit_that_lets_nobody_in_is_refused():
    with pytest.raises(ConfigurationError, match="MONITOR_REQUEST_BURST"):
        Settings(requests_per_s=1, request_burst=0)
