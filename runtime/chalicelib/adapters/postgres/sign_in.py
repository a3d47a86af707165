"""How the database is signed in to: by libpq alone, by a token of IAM, by the master's secret."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import extensions

from chalicelib.adapters import secrets
from chalicelib.domain.errors import UnavailableError

SignIn = Callable[[], str]  # returns the connection string of one attempt, credentials and all

AUTHORITIES = Path(__file__).with_name("authorities.pem")
# RDS checks a token through PAM. A connection that fails has no SQLSTATE, only these words.
_REFUSED = ("password authentication failed", "PAM authentication failed")


def connect(sign_in: SignIn, **options: Any) -> extensions.connection:
    """Connect; when the credentials are refused, once more with new ones.

    A secret may be rotated, and a token expire, between being fetched and being used.
    """
    connection: extensions.connection
    try:
        connection = psycopg2.connect(sign_in(), **options)
    except psycopg2.OperationalError as error:
        if not any(words in str(error) for words in _REFUSED):
            raise
        connection = psycopg2.connect(sign_in(), **options)
    return connection


def as_given(conninfo: str) -> SignIn:
    """Sign in as the connection string says, by password file or without a password."""
    return lambda: conninfo


def by_iam(conninfo: str) -> SignIn:
    """Sign in as the user of the connection string with a token of IAM, good for 15 minutes.

    Making one is a local signature; boto3 is imported with the first, so at a cold connect only.
    """

    def sign_in() -> str:
        import boto3
        from botocore.exceptions import BotoCoreError

        known = extensions.parse_dsn(conninfo)
        try:
            token = boto3.client("rds").generate_db_auth_token(
                DBHostname=known["host"], Port=known["port"], DBUsername=known["user"]
            )
        except BotoCoreError as error:  # no credentials just now
            raise UnavailableError(f"no token to sign in with: {error}") from error
        return _verified(conninfo, password=token)

    return sign_in


def by_secret(conninfo: str, secret_arn: str) -> SignIn:
    """Sign in as the user whom a secret of RDS names, with the password it has now."""

    def sign_in() -> str:
        secret = json.loads(secrets.read(secret_arn))
        return _verified(conninfo, user=secret["username"], password=secret["password"])

    return sign_in


def _verified(conninfo: str, **credentials: str) -> str:
    """Trust the shipped authorities only, unless libpq's own variable names others (tests)."""
    trusted = os.environ.get("PGSSLROOTCERT") or str(AUTHORITIES)
    return extensions.make_dsn(conninfo, sslmode="verify-full", sslrootcert=trusted, **credentials)
