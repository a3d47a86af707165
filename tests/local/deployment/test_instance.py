"""The PostgreSQL that a deployed DBInstance is: it lets in whom RDS would, as RDS would."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.migrations import migrate
from local.deployment.instance import AUTHORITY, HOST, create, remove
from local.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

MASTER = {
    "user": "monitor_master",
    "password": "made by Secrets Manager",  # pragma: allowlist secret
}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    home = tmp_path_factory.mktemp("instance")
    port = create(home, database="monitor", **MASTER)
    yield {"host": HOST, "port": port, "dbname": "monitor", "sslrootcert": home / AUTHORITY}
    remove(home)


def test_the_master_signs_in_by_password_over_tls_that_is_verified(instance):
    with _connected(instance, **MASTER) as connection:
        assert connection.info.ssl_in_use


def test_a_wrong_password_is_refused(instance):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        _connected(instance, user=MASTER["user"], password="guessed")  # noqa: S106  # not a password


def test_a_connection_without_tls_is_refused(instance):
    with pytest.raises(psycopg2.OperationalError, match=r"no pg_hba\.conf entry"):
        _connected(instance, sslmode="disable", **MASTER)


def test_a_server_of_another_authority_is_refused(instance, tmp_path):
    create(tmp_path, database="other", **MASTER)
    try:
        with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
            _connected({**instance, "sslrootcert": tmp_path / AUTHORITY}, **MASTER)
    finally:
        remove(tmp_path)


def test_the_master_is_no_superuser_and_can_still_migrate(instance):
    master = {**instance, **MASTER, "sslmode": "verify-full"}
    with _connected(instance, **MASTER) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)

    assert migrate(psycopg2.extensions.make_dsn(**master))
    assert migrate(psycopg2.extensions.make_dsn(**master)) == []


def test_a_role_signs_in_without_a_password_only_once_it_has_rds_iam(instance):
    with _connected(instance, **MASTER) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE functions LOGIN")
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        _connected(instance, user="functions")

    with _connected(instance, **MASTER) as connection, connection.cursor() as cursor:
        cursor.execute("GRANT rds_iam TO functions")
    _connected(instance, user="functions").close()


def test_the_command_makes_and_removes_one(tmp_path):
    command = [sys.executable, "-m", "local.deployment.instance"]
    made = subprocess.run(
        [*command, "create", tmp_path, "--user", MASTER["user"], "--database", "monitor"],
        input=MASTER["password"] + "\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    instance = {**json.loads(made.stdout), "dbname": "monitor", "sslrootcert": tmp_path / AUTHORITY}
    _connected(instance, **MASTER).close()

    for _ in range(2):
        subprocess.run([*command, "remove", tmp_path], check=True, cwd=PROJECT)
    with pytest.raises(psycopg2.OperationalError, match="Connection refused"):
        _connected(instance, **MASTER)


def _connected(instance: dict[str, Any], **how: str) -> Any:
    return psycopg2.connect(**{"sslmode": "verify-full", **instance, **how})
