"""The embedded PostgreSQL that a deployed DBInstance is: made with it, removed with it.

`python -m local.deployment.instance` is called by the emulator, whose environment has no driver.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

import psycopg2
import trustme
from psycopg2 import sql

from local.postgres import EmbeddedPostgres, account
from local.postgres.server import NOT_DURABLE

AUTHORITY = "ca.pem"
HOST = "localhost"  # the name in the server's certificate
# RDS knows a token of IAM from a wrong one; here whoever comes as such a role is let in, over TLS.
_SIGN_IN = """\
hostssl all "{user}"  127.0.0.1/32 scram-sha-256
hostssl all +rds_iam  127.0.0.1/32 trust
hostssl all all       127.0.0.1/32 scram-sha-256
host    all postgres  127.0.0.1/32 scram-sha-256
"""
# RDS: the master is no superuser, but may make roles and pass on rds_iam.
_AS_IN_RDS = """
CREATE ROLE rds_iam;
CREATE ROLE rds_superuser CREATEROLE CREATEDB;
GRANT rds_iam, pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE {user} LOGIN CREATEROLE CREATEDB PASSWORD {password} IN ROLE rds_superuser;
CREATE DATABASE {database} OWNER {user};
"""


def create(home: Path, *, user: str, password: str, database: str) -> int:
    """Bring up a server with TLS whose only database belongs to the master; return its port.

    `home/ca.pem` is then the authority that its certificate is from. Plain connections are refused,
    as by `rds.force_ssl`, but for the superuser's, by which tests look in.
    """
    server = EmbeddedPostgres(home / "postgres", settings={**NOT_DURABLE, **_tls(home)})
    server.start()
    (server.data / "pg_hba.conf").write_text(_SIGN_IN.format(user=user))
    connection = psycopg2.connect(server.dsn("postgres"))
    connection.autocommit = True  # a database is made outside of a transaction
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_reload_conf()")
            for statement in _AS_IN_RDS.strip().split(";\n"):
                cursor.execute(_filled(statement, user=user, password=password, database=database))
    finally:
        connection.close()
    return server.port


def dsn(home: Path, database: str) -> str:
    """Return how the superuser, whom RDS does not have, looks into a server that runs."""
    server = EmbeddedPostgres(home / "postgres")
    server.attach()
    return server.dsn(database)


def remove(home: Path) -> None:
    """Stop the server and remove its data; nothing happens when there is none."""
    EmbeddedPostgres(home / "postgres").remove()
    shutil.rmtree(home, ignore_errors=True)


def _filled(statement: str, *, user: str, password: str, database: str) -> sql.Composed:
    return sql.SQL(statement).format(
        user=sql.Identifier(user),
        password=sql.Literal(password),
        database=sql.Identifier(database),
    )


def _tls(home: Path) -> dict[str, str]:
    """Make an authority and a certificate of it where the server's user can read it."""
    folder = account.reachable(home / "postgres") / "tls"
    for path in (home, folder):
        account.make_folder(path)
    authority = trustme.CA()
    issued = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(home / AUTHORITY)
    certificate, key = folder / "server.crt", folder / "server.key"
    for path in (certificate, key):
        path.touch(mode=0o600)
        account.give(path)
    for blob in issued.cert_chain_pems:
        blob.write_to_path(certificate, append=True)
    issued.private_key_pem.write_to_path(key)
    return {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}


def main() -> int:
    """Do what the arguments say; the password comes on standard input, the answer is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["create", "remove"])
    parser.add_argument("home", type=Path)
    parser.add_argument("--user")
    parser.add_argument("--database")
    given = parser.parse_args()
    if given.what == "remove":
        remove(given.home)
        return 0
    password = sys.stdin.readline().rstrip("\n")
    port = create(given.home, user=given.user, password=password, database=given.database)
    json.dump({"host": HOST, "port": port}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
