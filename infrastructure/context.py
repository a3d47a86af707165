"""Reads the CDK context into a Deployment, and says everything that is wrong with it at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from infrastructure.environments import ENVIRONMENTS, Deployment, Environment

Value = TypeVar("Value")

# Letters a to c exist in every account of us-east-1; see docs/configuration.md for use1-az3.
_ZONES = "us-east-1a,us-east-1b,us-east-1c"
_TAG = r"[\w .:/=+@-]{1,256}"  # what AWS allows in the value of a tag
# An issuer on this machine is for the rehearsal of a deployment (local/deployment).
_ISSUER = r"https://[!-~]{1,250}|http://127\.0\.0\.1:\d+"
_MACHINE = r"[a-z](?:-?[a-z0-9]){0,31}"  # no two of them are one name of an output
_SWITCHES = {"true": True, "false": False}

RULES: dict[str, tuple[str, str]] = {
    "environmentSuffix": (r"[a-z][a-z0-9-]{0,15}", "a letter, then up to 15 of a-z, 0-9 and -"),
    "environment": ("|".join(ENVIRONMENTS), "one of dev, staging, prod"),
    "adminEmail": (r"[^@\s]+@[^@\s]+\.[^@\s.]+", "an e-mail address"),
    "costCenter": (_TAG, "letters, digits and _.:/=+-@, 256 at most"),
    "project": (_TAG, "letters, digits and _.:/=+-@, 256 at most"),
    "account": (r"\d{12}", "the twelve digits of an account"),
    "vpcId": (r"vpc-[0-9a-f]{8,17}", "the id of a VPC, vpc-..."),
    "vpcEndpointSecurityGroupId": (r"sg-[0-9a-f]{8,17}", "the id of a security group, sg-..."),
    "issuer": (_ISSUER, "an address that begins with https://"),
    "audience": (r"[!-~]{1,256}", "what the issuer calls this API: no spaces, 256 at most"),
    "clients": (r"[!-+\--~]{1,128}(,[!-+\--~]{1,128})*", "ids of clients, by comma"),
    "subjectClaim": (r"[\w:.-]{1,64}", "the name of a claim"),
    "administrator": (r"[!-~]{1,128}", "a person as the issuer names her: no spaces"),
    "machines": (rf"{_MACHINE}(,{_MACHINE})*", "names, by comma: a-z, 0-9, single - between them"),
    "dashboardUrl": (r"https://[!-~]{1,250}|http://localhost:\d+/[!-~]*", "an https:// address"),
    "availabilityZones": (r"us-east-1[a-f](,us-east-1[a-f])*", "zones of us-east-1, by comma"),
    "streamMode": ("provisioned|on-demand", "provisioned or on-demand"),
    "readReplica": ("true|false", "true or false"),
    "rdsProxy": ("true|false", "true or false"),
    "canary": ("true|false", "true or false"),
    "secondRegion": ("true|false", "true or false"),
    "archiveYears": (r"[0-9]|[1-9][0-9]", "whole years, 0 to 99"),
}


class ContextError(Exception):
    """Context values are wrong or missing; the message names all of them."""


def from_context(context: Mapping[str, Any]) -> Deployment:
    """Return the deployment that the context describes.

    Raises ContextError. Names with a sign other than letters are the CDK's own and left alone.
    """
    given = {
        name: _text(value) for name, value in context.items() if re.fullmatch("[a-zA-Z]+", name)
    }
    given = {name: text for name, text in given.items() if text}
    wrong = [*_unknown(given), *_malformed(given), *_missing(given), *_unnameable(given)]
    if not wrong:
        deployment = _deployment(given)
        wrong = _unfit(deployment)
    if wrong:
        raise ContextError(
            "The context (-c name=value, or cdk.json) is wrong:\n"
            + "\n".join(f"  {line}" for line in wrong)
            + "\ndocs/configuration.md tells every value."
        )
    return deployment


def _text(value: object) -> str:
    """Return a value as the command line would have given it; cdk.json has other types too."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value).strip()


def _unknown(given: Mapping[str, str]) -> list[str]:
    return [f"{name}: there is no such value" for name in given if name not in RULES]


def _malformed(given: Mapping[str, str]) -> list[str]:
    return [
        f"{name} is {given[name]!r}; {wanted}"
        for name, (pattern, wanted) in RULES.items()
        if name in given and not re.fullmatch(pattern, given[name])
    ]


def _missing(given: Mapping[str, str]) -> list[str]:
    missing = [] if "adminEmail" in given else ["adminEmail is missing: who is told of alarms"]
    if "vpcEndpointSecurityGroupId" in given and "vpcId" not in given:
        missing.append("vpcId is missing: vpcEndpointSecurityGroupId is a group of that VPC")
    if "issuer" in given and not {"audience", "clients"} & given.keys():
        missing.append("audience or clients is missing: whom the issuer's tokens are for")
    if "issuer" not in given and {"audience", "clients"} & given.keys():
        missing.append("issuer is missing: audience and clients are what it calls things")
    return missing


def _unnameable(given: Mapping[str, str]) -> list[str]:
    """Say it of a suffix that a service would refuse in a name, half an hour into a deployment.

    RDS takes no instance whose name ends with "-" or has two of them; Cognito no such domain.
    """
    suffix = given.get("environmentSuffix", "")
    wrong = [word for word in ("--", "aws", "amazon", "cognito") if word in suffix]
    wrong += ["- at its end"] if suffix.endswith("-") else []
    return [
        f"environmentSuffix is {suffix!r}; a service that is named by it takes no {word}"
        for word in wrong
    ]


def _deployment(given: Mapping[str, str]) -> Deployment:
    suffix = given.get("environmentSuffix", "dev")
    like = suffix if suffix in ENVIRONMENTS else "dev"
    environment = _environment(ENVIRONMENTS[given.get("environment", like)], given)
    zones = tuple(dict.fromkeys(given.get("availabilityZones", _ZONES).split(",")))
    return Deployment(
        suffix=suffix,
        environment=environment,
        admin_email=given["adminEmail"],
        cost_center=given.get("costCenter", "unassigned"),
        project=given.get("project", "student-performance-monitor"),
        zones=zones[: environment.zones],
        account=given.get("account"),
        vpc_id=given.get("vpcId"),
        endpoint_security_group_id=given.get("vpcEndpointSecurityGroupId"),
        issuer=given.get("issuer"),
        audience=given.get("audience"),
        clients=tuple(given["clients"].split(",")) if "clients" in given else (),
        subject_claim=given.get("subjectClaim"),
        administrator=given.get("administrator", given["adminEmail"].lower()),
        machines=tuple(dict.fromkeys(given.get("machines", "platform").split(","))),
        dashboard_url=given.get("dashboardUrl", "http://localhost:8080/"),
    )


def _environment(environment: Environment, given: Mapping[str, str]) -> Environment:
    """Return the environment with what the context sets otherwise."""

    def set_to(name: str, read: Callable[[str], Value], otherwise: Value) -> Value:
        return read(given[name]) if name in given else otherwise

    return dataclasses.replace(
        environment,
        on_demand_stream=set_to("streamMode", "on-demand".__eq__, environment.on_demand_stream),
        read_replica=set_to("readReplica", _SWITCHES.__getitem__, environment.read_replica),
        proxy=set_to("rdsProxy", _SWITCHES.__getitem__, environment.proxy),
        canary=set_to("canary", _SWITCHES.__getitem__, environment.canary),
        second_region=set_to("secondRegion", _SWITCHES.__getitem__, environment.second_region),
        archive_years=set_to("archiveYears", int, environment.archive_years),
    )


def _unfit(deployment: Deployment) -> list[str]:
    wanted, found = deployment.environment.zones, len(deployment.zones)
    if found < wanted:
        return [f"availabilityZones names {found}; {deployment.environment.name} needs {wanted}"]
    return []
