"""The migration as a deployment runs it: the handler, a real database, an answer either way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from app import migrate_database
from chalicelib import bootstrap
from chalicelib.adapters.migrations import files
from chalicelib.settings import Settings
from tests.cloudformation import CloudFormation

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "of_a_deployment"


@pytest.fixture
def empty(postgres) -> Iterator[str]:
    postgres.create_database(NAME)
    try:
        yield postgres.dsn(NAME)
    finally:
        postgres.drop_database(NAME)


def deployed(conninfo: str, *requests: str) -> list[dict[str, Any]]:
    """Run the handler once a request, and return what CloudFormation was told."""
    service = bootstrap.build(Settings(database_conninfo=conninfo))
    with CloudFormation() as cloudformation, bootstrap.using(service):
        for request in requests:
            migrate_database(cloudformation.event(request), None)
    return cloudformation.answers


def tables(conninfo: str) -> int:
    connection = psycopg2.connect(conninfo)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            return int(cursor.fetchall()[0][0])
    finally:
        connection.close()


def test_a_first_deployment_makes_the_schema_and_a_second_finds_it(empty):
    first, second = deployed(empty, "Create", "Update")

    assert [first["Status"], second["Status"]] == ["SUCCESS", "SUCCESS"]
    assert all(path.stem in first["Reason"] for path in files())
    assert '"applied": []' in second["Reason"]
    assert tables(empty) > 10


def test_a_migration_that_fails_fails_the_deployment_and_changes_nothing(empty):
    connection = psycopg2.connect(empty)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE course (in_the_way int)")
    connection.close()

    [answer] = deployed(empty, "Update")

    assert answer["Status"] == "FAILED"
    assert "DuplicateTable" in answer["Reason"]
    assert tables(empty) == 1


def test_a_database_that_does_not_answer_fails_the_deployment():
    [answer] = deployed("host=127.0.0.1 port=1 dbname=none", "Create")

    assert answer["Status"] == "FAILED"


def test_removing_the_deployment_touches_no_database():
    [answer] = deployed("host=127.0.0.1 port=1 dbname=none", "Delete")

    assert answer["Status"] == "SUCCESS"
