"""Databases for tests: one server a run, a template with the schema, a fresh copy per test."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from typing import TYPE_CHECKING

import psycopg2
import pytest
from hypothesis import HealthCheck, settings

import local  # noqa: F401  # puts runtime/ on the path
from chalicelib.adapters.migrations import migrate
from local.postgres import EmbeddedPostgres
from local.postgres.server import NOT_DURABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = ("owner", "ingest", "api", "privacy", "reader")
TEMPLATE = "template_monitor"
_number = itertools.count()

# A machine that is busy with something else makes no example a failure.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@dataclasses.dataclass(frozen=True)
class TestDatabase:
    """A fresh database with the present schema and partitions for 2024 and 2025."""

    __test__ = False

    server: EmbeddedPostgres
    name: str

    def dsn(self, user: str = "postgres") -> str:
        """Return the connection string of a role."""
        return self.server.dsn(self.name, user)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Start a server of this worker's own; what tests write need not survive a crash."""
    home = tmp_path_factory.mktemp("postgres", numbered=True)
    server = EmbeddedPostgres(home, settings=NOT_DURABLE).start()
    try:
        server.create_database(TEMPLATE)
        migrate(server.dsn(TEMPLATE))
        server.set_role_passwords(ROLES)
        _make_partitions(server.dsn(TEMPLATE, "owner"))
        yield server
    finally:
        server.remove()


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[TestDatabase]:
    """Make a database that no other test has touched."""
    name = f"test_{next(_number)}"
    postgres.create_database(name, template=TEMPLATE)
    try:
        yield TestDatabase(postgres, name)
    finally:
        postgres.drop_database(name)


def _make_partitions(conninfo: str) -> None:
    connection = psycopg2.connect(conninfo)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT ensure_event_partitions('2024-01-01', '2025-12-31', 3)")
    finally:
        connection.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests of the same node id, of which xdist would run one and tell of none."""
    counted = collections.Counter(item.nodeid for item in items)
    if twice := [name for name, times in counted.items() if times > 1]:
        raise pytest.UsageError(f"tests have the same name: {twice[:5]}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how long each folder of tests took, so that a slow one is seen."""
    seconds: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = report.nodeid.split("::")[0].rsplit("/", 1)[0]
                seconds[folder] = seconds.get(folder, 0.0) + report.duration
    for folder, taken in sorted(seconds.items()):
        terminalreporter.write_line(f"{folder:24} {taken:6.1f} s")
