"""A deployed DBInstance is a PostgreSQL, with the secret that RDS would manage."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import psycopg2
import pytest

from local.deployment.instance import AUTHORITY, dsn
from tests.local.deployment.stack import attribute

if TYPE_CHECKING:
    pass

DATABASE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {
        "DBInstanceIdentifier": "monitor-test",
        "Engine": "postgres",
        "EngineVersion": "17.9",
        "DBInstanceClass": "db.t4g.medium",
        "AllocatedStorage": "20",
        "DBName": "monitor",
        "MasterUsername": "monitor_master",
        "ManageMasterUserPassword": True,
    },
}


def test_a_database_instance_is_a_postgresql_with_the_managed_secret(account, stack):
    outputs = stack.put(
        {"Database": DATABASE},
        host=attribute("Database", "Endpoint.Address"),
        port=attribute("Database", "Endpoint.Port"),
        secret=attribute("Database", "MasterUserSecret.SecretArn"),
    )
    secrets = account.client("secretsmanager")
    secret = json.loads(secrets.get_secret_value(SecretId=outputs["secret"])["SecretString"])
    [home] = account.instances()
    signed_in = {
        "host": outputs["host"],
        "port": outputs["port"],
        "user": secret["username"],
        "password": secret["password"],
        "sslrootcert": home / AUTHORITY,
    }
    with psycopg2.connect(dbname="monitor", sslmode="verify-full", **signed_in) as connection:
        assert connection.info.server_version // 10_000 == 17

    rds = account.client("rds")
    assert rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"] == []

    stack.delete()
    assert account.instances() == []
    assert secrets.list_secrets()["SecretList"] == []
    with pytest.raises(psycopg2.OperationalError, match="Connection refused"):
        psycopg2.connect(dbname="monitor", **signed_in)


def test_a_database_instance_that_fails_leaves_nothing(account, stack):
    taken = {**DATABASE["Properties"], "DBName": "postgres"}  # type: ignore[dict-item]

    with pytest.raises(AssertionError, match="already exists"):
        stack.put({"Database": {**DATABASE, "Properties": taken}})

    assert account.instances() == []
    assert account.client("rds").describe_db_instances()["DBInstances"] == []


def test_a_changed_database_instance_keeps_its_data(account, stack):
    address = {"port": attribute("Database", "Endpoint.Port")}
    before = stack.put({"Database": DATABASE}, **address)
    _ask(account, "CREATE TABLE kept AS SELECT 7 AS n")
    larger = {**DATABASE["Properties"], "AllocatedStorage": "40"}  # type: ignore[dict-item]

    assert stack.put({"Database": {**DATABASE, "Properties": larger}}, **address) == before
    assert _ask(account, "SELECT n FROM kept") == [(7,)]


def _ask(account, statement):
    [home] = account.instances()
    connection = psycopg2.connect(dsn(home, "monitor"))
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_read_replica_answers_from_its_source(stack):
    replica = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"SourceDBInstanceIdentifier": {"Ref": "Database"}},
    }
    resources = {"Database": DATABASE, "Replica": replica}

    outputs = stack.put(
        resources,
        source=attribute("Database", "Endpoint.Port"),
        replica=attribute("Replica", "Endpoint.Port"),
    )
    assert outputs["source"] == outputs["replica"]
