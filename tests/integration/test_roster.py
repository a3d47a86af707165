"""The roster on a real database: versions, and the last administrator under two connections."""

from __future__ import annotations

import datetime as dt
import functools
import threading
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.roster import PostgresRoster, put_lines
from chalicelib.domain.access import About
from chalicelib.domain.errors import ConflictError, MonitorError, NotAllowedError
from chalicelib.domain.principal import Principal
from chalicelib.domain.roster import Line, check_administrators
from chalicelib.domain.rules import Action
from chalicelib.services.access import permit, permit_on_alert

if TYPE_CHECKING:
    from collections.abc import Iterator

JO = "5a0a6b1e-0000-4000-8000-000000000001"
DAY = dt.timedelta(days=1)
ADMINISTRATORS = [Line("ada", "role", "administrator"), Line("bob", "role", "administrator")]


@pytest.fixture
def owner(database: Any) -> Iterator[Database]:
    """Give a connection that may write what nobody may give herself."""
    owner = Database(database.dsn("owner"))
    yield owner
    owner.close()


@pytest.fixture
def roster(database: Any, owner: Database) -> Iterator[PostgresRoster]:
    """Have two administrators and a registrar."""
    with owner.transaction() as cursor:
        put_lines(cursor, [*ADMINISTRATORS, Line("reg", "role", "registrar")], "deployment")
    api = Database(database.dsn("api"))
    yield PostgresRoster(api)
    api.close()


def grant(roster: PostgresRoster, actor: str, person: str, *roles: str) -> bool:
    lines = [Line(person, "role", role) for role in roles]
    check = functools.partial(_check, actor)
    return roster.put_own(person, lines, by=actor, check=check)


def _check(actor: str, before: list[Line], left: list[Line], today: dt.date) -> None:
    check_administrators(actor, left, before=before, today=today)


def test_a_line_is_put_once_and_every_version_is_kept(roster):
    today, *_ = roster.of("eve")
    teaches = Line("eve", "teaches", "MATH-101", None, today + DAY)

    put = [
        roster.put(line, by="reg") for line in (teaches, teaches, teaches._replace(ends_on=None))
    ]

    now, past = roster.by_target("teaches", "MATH-101", person="reg")
    assert put == [True, False, True]
    assert roster.of("eve")[1] == [teaches._replace(ends_on=None)]
    assert [b'"version":2' in one for one in map(bytes, now)] == [True]
    assert len(past) == 2


def test_what_is_removed_stays_in_the_past_and_can_come_back(roster):
    for roles in (["analyst"], [], ["analyst"]):
        assert grant(roster, "ada", "eve", *roles)

    _, past = roster.by_person("eve", person="ada")
    assert [b'"removed":true' in one for one in map(bytes, past)].count(True) == 1
    assert len(past) == 3
    assert roster.of("eve")[1] == [Line("eve", "role", "analyst")]


def test_the_reason_comes_from_the_roster(roster):
    today, *_ = roster.of("eve")
    roster.put(Line("eve", "advises", JO, None, today), by="reg")

    eve = Principal("eve", "person", "dashboard")
    found = permit(roster, eve, Action.READ_STUDENT, About(student=JO))
    assert found.reason == f"advises {JO} until {today}"
    with pytest.raises(NotAllowedError):
        permit(roster, eve, Action.READ_CLASS, About(course="MATH-101"))


def test_an_alert_that_is_not_there_is_refused_like_one_that_is_not_hers(roster):
    roster.put(Line("eve", "teaches", "MATH-101"), by="reg")

    with pytest.raises(NotAllowedError):
        permit_on_alert(
            roster, Principal("eve", "person", "dashboard"), Action.READ_ALERT, alert_id=1
        )
    reg = Principal("reg", "person", "dashboard")
    assert permit_on_alert(roster, reg, Action.READ_ALERT, alert_id=1).reason == "is registrar"


def test_the_last_administrator_cannot_be_removed(roster, owner):
    assert grant(roster, "ada", "bob")
    with pytest.raises(NotAllowedError):  # bob is none any more
        grant(roster, "bob", "ada")
    with pytest.raises(ConflictError):
        grant(roster, "ada", "ada", "analyst")


def test_two_administrators_who_remove_each_other_at_once_leave_one(roster, database):
    both = threading.Barrier(2)
    refused: list[str] = []

    def remove(actor: str, other: str) -> None:
        own = Database(database.dsn("api"))

        def check(*told: Any) -> None:
            _check(actor, *told)

        both.wait(10)
        try:
            PostgresRoster(own).put_own(other, [], by=actor, check=check)
        except MonitorError as error:
            refused.append(type(error).__name__)
        finally:
            own.close()

    threads = [
        threading.Thread(target=remove, args=pair) for pair in (("ada", "bob"), ("bob", "ada"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    left = [p for p in ("ada", "bob") if roster.of(p)[1]]
    assert (len(left), refused) == (1, ["NotAllowedError"])


def test_the_second_of_two_removals_waits_for_the_first(roster, database):
    """While one has the lock, another cannot decide on what it has read before."""
    inside, done = threading.Event(), threading.Event()
    seen: list[list[str]] = []

    def first() -> None:
        own = Database(database.dsn("api"))

        def check(before: list[Line], left: list[Line], today: dt.date) -> None:
            inside.set()
            done.wait(0.3)  # the second asks meanwhile

        PostgresRoster(own).put_own("bob", [], by="ada", check=check)
        own.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    roster.put_own(
        "eve",
        [],
        by="ada",
        check=lambda before, left, today: seen.append([one.person for one in before]),
    )
    thread.join(30)

    assert seen == [["ada"]]
