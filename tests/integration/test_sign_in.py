"""Signing in to a database as RDS has it: TLS only, tokens for rds_iam, a master without powers."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import boto3
import psycopg2
import pytest
from psycopg2 import extensions

from chalicelib.adapters import secrets
from chalicelib.adapters.migrations import files, migrate
from chalicelib.adapters.postgres import sign_in
from chalicelib.adapters.postgres.database import Database
from chalicelib.domain.errors import UnavailableError
from local.deployment import instance
from local.emulator import Emulator
from local.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MASTER = "monitor_master"
PASSWORD = "of-the-test"  # noqa: S105  # of a database that lives as long as this test


@dataclasses.dataclass(frozen=True)
class Rds:
    """What a function knows of a database instance: where it is, and no password."""

    authority: Path
    conninfo: str

    def as_user(self, user: str) -> str:
        return extensions.make_dsn(self.conninfo, user=user)

    def master(self, password: str = PASSWORD) -> str:
        return extensions.make_dsn(
            self.conninfo,
            user=MASTER,
            password=password,
            sslmode="verify-full",
            sslrootcert=str(self.authority),
        )


@pytest.fixture(scope="module")
def rds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rds]:
    home = tmp_path_factory.mktemp("rds")
    port = instance.create(home, user=MASTER, password=PASSWORD, database="monitor")
    try:
        yield Rds(home / instance.AUTHORITY, f"host=localhost port={port} dbname=monitor")
    finally:
        instance.remove(home)


@pytest.fixture
def secrets_manager(tmp_path: Path, aws: pytest.MonkeyPatch) -> Iterator[Any]:
    with Emulator(Paths(tmp_path)) as emulator:
        for name, value in emulator.environment().items():
            aws.setenv(name, value)
        yield emulator.client("secretsmanager")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, rds: Rds) -> pytest.MonkeyPatch:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep credentials of other tests
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("PGSSLROOTCERT", str(rds.authority))
    return monkeypatch


def test_a_master_who_is_no_superuser_migrates_and_lets_roles_in_by_token_alone(rds, aws):
    assert migrate(lambda: rds.master()) == [path.stem for path in files()]

    by_token = Database(sign_in.by_iam(rds.as_user("ingest")))
    with by_token.transaction() as cursor:
        cursor.execute("SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchall() == [("ingest", True)]
    by_token.close()
    with psycopg2.connect(rds.master()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(rolname, 'rds_iam', 'MEMBER')"
            " AND rolname = ANY(%s) ORDER BY 1",
            (["owner", "ingest", "api", "privacy", "reader"],),
        )
        assert cursor.fetchall() == [("api",), ("ingest",), ("privacy",), ("reader",)]


def test_a_token_names_the_host_port_and_user_it_is_for(aws):
    given = extensions.parse_dsn(sign_in.by_iam("host=db.example port=5433 user=api dbname=x")())

    assert given["password"].startswith("db.example:5433/?Action=connect&DBUser=api&")
    assert "X-Amz-Expires=900" in given["password"]
    assert given["sslmode"] == "verify-full"


def test_no_token_means_that_the_database_cannot_be_had_now(monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(UnavailableError, match="credentials"):
        sign_in.by_iam("host=db.example port=5432 user=api")()


def test_a_server_that_no_shipped_authority_vouches_for_is_refused(rds, aws):
    aws.delenv("PGSSLROOTCERT")

    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        sign_in.connect(sign_in.by_iam(rds.as_user("ingest")))


def test_a_name_that_is_not_the_servers_is_refused(rds, aws):
    elsewhere = extensions.make_dsn(rds.as_user("ingest"), host="127.0.0.1")

    with pytest.raises(psycopg2.OperationalError, match="does not match host name"):
        sign_in.connect(sign_in.by_iam(elsewhere))


def test_credentials_that_were_rotated_meanwhile_are_fetched_once_more(rds):
    fetched = iter([rds.master("of-yesterday"), rds.master()])

    sign_in.connect(lambda: next(fetched)).close()


def test_credentials_that_stay_wrong_are_fetched_twice_and_no_more(rds):
    fetched = iter([rds.master("wrong"), rds.master("wrong"), rds.master()])

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        sign_in.connect(lambda: next(fetched))

    assert next(fetched) == rds.master()


def test_a_server_that_is_down_is_not_asked_twice():
    fetched = iter(["host=127.0.0.1 port=1", "host=127.0.0.1 port=1"])

    with pytest.raises(psycopg2.OperationalError, match="refused"):
        sign_in.connect(lambda: next(fetched))

    assert next(fetched)


def test_the_masters_password_comes_from_its_secret(rds, secrets_manager):
    held = {"username": MASTER, "password": PASSWORD}
    arn = secrets_manager.create_secret(Name="master", SecretString=json.dumps(held))["ARN"]

    with sign_in.connect(sign_in.by_secret(rds.conninfo, arn)) as connection:
        assert connection.info.user == MASTER
    with pytest.raises(UnavailableError, match="ResourceNotFoundException"):
        secrets.read("arn:aws:secretsmanager:us-east-1:000000000000:secret:none-aaaaaa")
