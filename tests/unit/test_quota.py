"""How often one client may ask of all processes together, and what asking costs."""

from __future__ import annotations

import pytest

from chalicelib.domain.errors import TooOftenError, UnavailableError
from chalicelib.domain.principal import Principal
from chalicelib.services.quota import AWAY_S, PAUSE_S, Quota
from chalicelib.services.throttle import MOST_KNOWN, Throttle

LMS = Principal("lms", "machine", "lms")
ADA = Principal("ada", "person", "dashboard")
PER_S, BURST = 20, 200


class Shared:
    """A bucket for each client, as the database keeps them; tests/integration has the real one."""

    def __init__(self, clock: list[float]) -> None:
        self.clock = clock
        self.kept: dict[Principal, tuple[float, float]] = {}
        self.asked = 0
        self.down = False

    def take(self, principal: Principal, used: int, *, per_s: int, burst: int) -> float:
        self.asked += 1
        if self.down:
            raise UnavailableError("down")
        found, as_of = self.kept.get(principal, (burst + 1.0, self.clock[0]))
        refilled = found - (found >= 1) + (self.clock[0] - as_of) * per_s
        self.kept[principal] = (min(burst, refilled) - used, self.clock[0])
        return self.kept[principal][0]


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def shared(clock):
    return Shared(clock)


def process(shared, per_s=PER_S, burst=BURST):
    """Return one process's share of the count."""

    def now():
        return shared.clock[0]

    return Quota(shared, Throttle(per_s, burst, now=now), now=now)


def admitted(processes, times, who=LMS):
    """Return how many of `times` requests are let through, of each process in turn."""
    count = 0
    for number in range(times):
        try:
            processes[number % len(processes)].admit(who)
        except TooOftenError:
            continue
        count += 1
    return count


def test_one_process_lets_the_burst_through_and_then_the_rate(shared, clock):
    alone = [process(shared)]
    assert admitted(alone, 1000) == BURST
    clock[0] += 2
    assert admitted(alone, 1000) == 2 * PER_S
    clock[0] += 1000
    assert admitted(alone, 1000) == BURST


@pytest.mark.parametrize("many", [2, 10, 50])
def test_many_processes_share_the_burst_and_the_rate(shared, clock, many):
    processes = [process(shared) for _ in range(many)]
    through = 0
    for _ in range(600):  # a minute, in which 100 requests come in every tenth of a second
        through += admitted(processes, 100)
        clock[0] += 0.1
    assert 0.9 * (BURST + 60 * PER_S) < through < 1.2 * (BURST + 60 * PER_S)


def test_while_much_is_left_few_requests_ask(shared):
    assert admitted([process(shared)], 100) == 100
    assert shared.asked < 10


def test_who_has_nothing_left_is_refused_without_asking(shared, clock):
    alone = [process(shared)]
    admitted(alone, 1000)
    asked = shared.asked
    assert admitted(alone, 1000) == 0
    assert shared.asked == asked
    clock[0] += PAUSE_S
    assert admitted(alone, 1000) == PER_S * PAUSE_S


def test_a_process_that_asks_rarely_is_counted_each_time(shared, clock):
    assert sum(admitted([process(shared)], 1) for _ in range(BURST + 100)) == BURST


def test_how_long_to_wait_is_told_and_enough(shared, clock):
    one, other = process(shared, per_s=1), process(shared, per_s=1)
    admitted([one, other], 1000)
    with pytest.raises(TooOftenError) as refused:
        other.admit(LMS)
    assert refused.value.wait_s > 0
    clock[0] += refused.value.wait_s
    other.admit(LMS)


def test_nobody_pays_for_another(shared):
    both = [process(shared), process(shared)]
    assert [admitted(both, 1000, who) for who in (LMS, ADA)] == [BURST, BURST]


def test_while_the_count_is_away_each_process_counts_for_itself(shared, clock):
    both = [process(shared), process(shared)]
    shared.down = True
    assert admitted(both, 1000) == 2 * BURST
    assert shared.asked == 2  # once each, and then not for a while

    shared.down = False
    clock[0] += AWAY_S
    assert admitted(both, 1000) == BURST


def test_without_a_rate_nothing_is_counted(shared):
    assert admitted([process(shared, 0, 0)], 1000) == 1000
    assert shared.asked == 0


def test_what_it_remembers_is_bounded(shared):
    alone = process(shared)
    for number in range(MOST_KNOWN + 1):
        alone.admit(LMS._replace(client=str(number)))
    assert len(alone._shares) == 1
