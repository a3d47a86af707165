"""Log groups: a function that still runs writes to its group after CloudFormation deleted it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain

# What a service makes by itself when it writes, by the type of who writes.
_WRITTEN_BY = {
    "AWS::Logs::LogGroup": ("{}",),
    "AWS::Lambda::Function": ("/aws/lambda/{}",),
    "AWS::RDS::DBInstance": ("/aws/rds/instance/{}/postgresql", "/aws/rds/instance/{}/upgrade"),
    "AWS::RDS::DBProxy": ("/aws/rds/proxy/{}",),
    "AWS::ApiGateway::RestApi": ("API-Gateway-Execution-Logs_{}/",),  # the stage follows
}


def log_groups(made: Sequence[Made], clients: Clients) -> Iterator[Remain]:
    """Return the groups that no stack owns and that something of these stacks wrote to."""
    owned = {one.physical_id for one in of_type(made, "AWS::Logs::LogGroup") if one.alive}
    for region, prefix in sorted(_names(made)):
        logs = clients("logs", region)
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        for name in (group["logGroupName"] for page in pages for group in page["logGroups"]):
            if name not in owned and (name == prefix or prefix.endswith("/")):
                remove = functools.partial(logs.delete_log_group, logGroupName=name)
                yield Remain(kind=Kind.LOG_GROUPS, name=name, region=region, remove=remove)


def _names(made: Sequence[Made]) -> set[tuple[str, str]]:
    """Return (region, name of a group), for what is gone: the living go on writing."""
    return {
        (one.region, pattern.format(one.physical_id))
        for one in made
        if not one.alive
        for pattern in _WRITTEN_BY.get(one.resource_type, ())
    }
