"""Names are sealed before anything is locked: while the master key is away nobody else waits."""

from __future__ import annotations

import pytest

from chalicelib.adapters.envelope import DataKey
from chalicelib.bootstrap import service
from tests.http.conftest import student_of
from tests.http.test_roster_import import bundle, send
from tests.rosters import as_owner

ADA = student_of("s-1")
HELD = (
    "SELECT count(*) FROM pg_locks l WHERE l.locktype = 'advisory'"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = 'api' AND state LIKE 'idle in transaction%'"
)


class Watching:
    """A master key that looks, whenever it is asked, at who would wait for its answer."""

    def __init__(self, database):
        self._database = database
        self.seen = []
        self.meanwhile = lambda: None

    def generate(self):
        self._look("generate")
        self.meanwhile()
        return DataKey(b"k" * 32, b"sealed")

    def open(self, sealed):
        self._look("open")
        return b"k" * 32

    def _look(self, what):
        with as_owner(self._database) as cursor:
            cursor.execute(f"{HELD} UNION ALL {OPEN}")
            self.seen.append((what, [count for (count,) in cursor.fetchall()]))


@pytest.fixture
def master(api, database):
    one = Watching(database)
    service()._envelope._master = one
    return one


def put(api, name):
    return api.post("/v1/people", [{"student_id": "s-1", "given_name": name}])


def ask(api, how, name):
    """Put people as a list, or with a roster."""
    return put(api, name) if how == "people" else send(api, bundle(), dry_run="false")


@pytest.mark.parametrize("how", ["people", "roster"])
def test_no_lock_and_no_transaction_is_held_while_the_master_key_is_asked(api, master, how):
    assert ask(api, how, "Ada")[0] == 200
    service()._envelope._opened.clear()
    service()._envelope._current = None
    assert ask(api, how, "Augusta")[0] == 200

    asked = ["generate", "open"] + ["generate"] * (how == "people")
    assert master.seen == [(what, [0, 0]) for what in asked]


@pytest.mark.parametrize("how", ["people", "roster"])
def test_what_somebody_else_puts_meanwhile_is_not_overwritten(api, master, database, how):
    def elsewhere():
        with as_owner(database) as cursor:
            cursor.execute("INSERT INTO person VALUES (%s, 'sealed', 'nonce', 'theirs')", (ADA,))

    master.meanwhile = elsewhere
    status, problem = ask(api, how, "Ada")

    assert (status, problem["type"]) == (503, "/problems/unavailable")
    with as_owner(database) as cursor:
        cursor.execute("SELECT content FROM person")
        assert [bytes(content) for (content,) in cursor.fetchall()] == [b"theirs"]
        cursor.execute("SELECT count(*) FROM roster WHERE kind = 'teaches'")
        assert cursor.fetchall() == [(0,)], "nothing of the roster is kept either"
