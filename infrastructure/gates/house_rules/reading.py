"""Reads what every house rule needs of an expanded template: resources, references, lists."""

from collections.abc import Iterator
from typing import Any

from infrastructure.gates.expansion import Template

Properties = dict[str, Any]


def of_type(template: Template, *types: str) -> Iterator[tuple[str, Properties]]:
    """Give logical id and properties of each resource of these types."""
    for name, resource in template.get("Resources", {}).items():
        if resource["Type"] in types:
            yield name, resource.get("Properties", {})


def as_list(value: Any) -> list[Any]:
    """Make a list of what IAM and CloudFormation let one write with or without brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def referred(value: Any) -> set[str]:
    """Return the logical ids that a value names by Ref or Fn::GetAtt, however deep."""
    if isinstance(value, list):
        return set().union(*(referred(item) for item in value))
    if not isinstance(value, dict):
        return set()
    if "Ref" in value:
        return {value["Ref"]}
    if "Fn::GetAtt" in value:
        return {_resource_of(value["Fn::GetAtt"])}
    return set().union(*(referred(item) for item in value.values()))


def _resource_of(attribute: Any) -> str:
    return str(attribute[0] if isinstance(attribute, list) else attribute.split(".")[0])
