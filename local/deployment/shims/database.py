"""A DBInstance that is an embedded PostgreSQL, with the master's secret that RDS would manage."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds, secretsmanager

from local.deployment.shims.handlers import Handlers, Made, Properties, amend
from local.deployment.surroundings import HOME, PROJECT, PYTHON, TEMPORARY


def register(handlers: Handlers) -> None:
    """Start a server with each DBInstance, and remove it with it."""
    handler = handlers["AWS::RDS::DBInstance"]
    amend(handler, _made_real)
    forget = handler["delete"]

    def delete(physical_id: str, properties: Properties) -> None:
        secretsmanager._secrets.pop(_secret_name(physical_id), None)
        _run("remove", physical_id)
        forget(physical_id, properties)

    handler["delete"] = delete
    rds._ACTION_MAP.setdefault("DescribeDBInstanceAutomatedBackups", _no_automated_backups)


def _no_automated_backups(_: dict[str, Any]) -> Any:
    """Answer what is asked at a deployment's end; the emulator makes no backups."""
    name = "DescribeDBInstanceAutomatedBackups"
    empty = "<DBInstanceAutomatedBackups></DBInstanceAutomatedBackups>"
    return rds._xml(200, f"{name}Response", f"<{name}Result>{empty}</{name}Result>")


def _made_real(properties: Properties, made: Made) -> Made:
    db_id, attributes = made
    instance = rds._instances[db_id]
    source = properties.get("SourceDBInstanceIdentifier")
    if source:  # a read replica answers from its source: there is one server
        instance["Endpoint"] = dict(rds._instances[source.rsplit(":", 1)[-1]]["Endpoint"])
    elif not instance.get("_embedded"):
        _start(db_id, instance, properties)
        instance["_embedded"] = True
    endpoint = {f"Endpoint.{key}": str(instance["Endpoint"][key]) for key in ("Address", "Port")}
    return db_id, {**attributes, **endpoint, **_secret_attribute(db_id)}


def _start(db_id: str, instance: dict[str, Any], properties: Properties) -> None:
    managed = properties.get("ManageMasterUserPassword") in (True, "true")
    password = secrets.token_hex(16) if managed else properties["MasterUserPassword"]
    user, database = properties["MasterUsername"], properties["DBName"]
    try:
        names = ("--user", user, "--database", database)
        server = json.loads(_run("create", db_id, *names, given=f"{password}\n"))
    except ValueError:  # CloudFormation deletes nothing that was not made
        rds._instances.pop(db_id)
        _run("remove", db_id)
        raise
    instance["Endpoint"] |= {"Address": server["host"], "Port": server["port"]}
    if managed:
        _keep_secret(db_id, user, password)


def _keep_secret(db_id: str, user: str, password: str) -> None:
    name = _secret_name(db_id)
    value = json.dumps({"username": user, "password": password})
    status, _, body = secretsmanager._create_secret({"Name": name, "SecretString": value})
    if status >= 400:
        raise ValueError(f"The secret {name} was not made: {body!r}")


def _secret_attribute(db_id: str) -> dict[str, str]:
    secret = secretsmanager._secrets.get(_secret_name(db_id))
    return {"MasterUserSecret.SecretArn": secret["ARN"]} if secret else {}


def _secret_name(db_id: str) -> str:
    return f"rds!{get_account_id()}-{get_region()}-{db_id}"


def _run(what: str, db_id: str, *arguments: str, given: str = "") -> str:
    """Call `local.deployment.instance` in the project's environment, which has the driver."""
    home = Path(os.environ[HOME]) / "instances" / db_id
    done = subprocess.run(
        [str(PYTHON), "-m", "local.deployment.instance", what, str(home), *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": os.environ[TEMPORARY]},
        check=False,
    )
    if done.returncode:
        raise ValueError(f"DBInstance {db_id}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout
