"""A client's source is asked for once a minute, and known through an outage."""

from __future__ import annotations

import pytest

from chalicelib.domain.errors import NotAllowedError, UnavailableError
from chalicelib.domain.principal import Principal
from chalicelib.services.senders import KEPT_S, Senders

LMS = Principal("lms", "machine", "lms", frozenset({"events:write"}))


class Clients:
    def __init__(self) -> None:
        self.known: dict[str, str] = {"lms": "canvas"}
        self.down = False
        self.asked = 0

    def source_of(self, client: str) -> str | None:
        self.asked += 1
        if self.down:
            raise UnavailableError("down")
        return self.known.get(client)


@pytest.fixture
def clients():
    return Clients()


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def senders(clients, clock):
    return Senders(clients, now=lambda: clock[0])


def test_it_is_asked_for_once_a_minute(senders, clients, clock):
    assert [senders.source_of(LMS) for _ in range(5)] == ["canvas"] * 5
    assert clients.asked == 1

    clients.known = {"lms": "moodle"}
    clock[0] += KEPT_S
    assert senders.source_of(LMS) == "moodle"


def test_a_client_that_is_bound_no_more_sends_a_minute_at_most(senders, clients, clock):
    senders.source_of(LMS)
    clients.known = {}
    clock[0] += KEPT_S

    for _ in range(2):
        with pytest.raises(NotAllowedError):
            senders.source_of(LMS)
    clients.down = True
    with pytest.raises(UnavailableError):
        senders.source_of(LMS)


def test_an_outage_is_outlasted_by_what_is_known(senders, clients, clock):
    senders.source_of(LMS)
    clients.down = True
    clock[0] += 100 * KEPT_S

    assert senders.source_of(LMS) == "canvas"


@pytest.mark.parametrize(
    "who", [LMS._replace(scopes=frozenset()), LMS._replace(kind="person"), LMS._replace(client="x")]
)
def test_others_send_nothing(senders, who):
    with pytest.raises(NotAllowedError):
        senders.source_of(who)
