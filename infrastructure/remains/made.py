"""Everything that stacks of a name have ever made: CloudFormation remembers it for 90 days.

Names alone would not do: `functions-dev` ends like `functions-my-dev`, and is another deployment's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Clients = Callable[[str, str], Any]  # (service, region) -> boto3 client


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One resource of a stack, which may be gone."""

    resource_type: str
    physical_id: str
    region: str
    alive: bool  # its stack is there and has not begun to delete it


def made_by(clients: Clients, stack_name: str, region: str) -> list[Made]:
    """Return what every incarnation of this stack has made, each resource once."""
    cloudformation = clients("cloudformation", region)
    found: dict[tuple[str, str], bool] = {}
    for stack_id, gone in _incarnations(cloudformation, stack_name):
        for resource in _resources(cloudformation, stack_id):
            key = (resource["ResourceType"], resource.get("PhysicalResourceId", ""))
            deleting = gone or resource["ResourceStatus"].startswith("DELETE")
            found[key] = found.get(key, False) or not (deleting or "EventId" in resource)
    return [
        Made(resource_type=resource_type, physical_id=physical_id, region=region, alive=alive)
        for (resource_type, physical_id), alive in found.items()
        if physical_id
    ]


def of_type(made: Sequence[Made], *resource_types: str) -> Iterator[Made]:
    """Return those of these types."""
    return (one for one in made if one.resource_type in resource_types)


def _incarnations(cloudformation: Any, stack_name: str) -> Iterator[tuple[str, bool]]:
    for page in cloudformation.get_paginator("list_stacks").paginate():
        for stack in page["StackSummaries"]:
            if stack["StackName"] == stack_name:
                yield stack["StackId"], stack["StackStatus"] == "DELETE_COMPLETE"


def _resources(cloudformation: Any, stack_id: str) -> Iterator[dict[str, Any]]:
    """Return the present resources, then the events: of what was replaced they alone know."""
    for asked, key in (
        ("list_stack_resources", "StackResourceSummaries"),
        ("describe_stack_events", "StackEvents"),
    ):
        for page in cloudformation.get_paginator(asked).paginate(StackName=stack_id):
            yield from page[key]
