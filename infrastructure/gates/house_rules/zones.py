"""Holds the network to survive the loss of a zone: each has endpoints, functions, a database."""

from collections.abc import Iterator
from typing import Any

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, as_list, of_type

MIN_ZONES = 2


def endpoints_in_every_zone(template: Template) -> Iterator[Finding]:
    """Find functions, subnet groups and endpoints that are not in all the zones that are used."""
    used = dict(_placements(template))
    everywhere = set().union(*used.values())
    for name, zones in used.items():
        if missing := everywhere - zones:
            message = f"is not in {', '.join(sorted(missing))}"
            yield Finding(rule="zones", resource=name, message=message)
        elif len(zones) < MIN_ZONES:
            yield Finding(rule="zones", resource=name, message="is in one zone only")


def _placements(template: Template) -> Iterator[tuple[str, set[str]]]:
    zones = {name: str(s["AvailabilityZone"]) for name, s in of_type(template, "AWS::EC2::Subnet")}
    for kind, key in (
        ("AWS::Lambda::Function", "VpcConfig"),
        ("AWS::RDS::DBSubnetGroup", None),
        ("AWS::RDS::DBProxy", None),
        ("AWS::EC2::VPCEndpoint", None),
    ):
        for name, properties in of_type(template, kind):
            if subnets := _subnets(properties.get(key, {}) if key else properties):
                yield name, {zones.get(subnet, subnet) for subnet in subnets}


def _subnets(properties: Properties) -> list[str]:
    listed = properties.get("SubnetIds", properties.get("VpcSubnetIds"))
    return [_name(subnet) for subnet in as_list(listed)]


def _name(subnet: Any) -> str:
    """Name a subnet of this template by its logical id, one of an existing VPC by its own."""
    return str(subnet["Ref"]) if isinstance(subnet, dict) and "Ref" in subnet else str(subnet)
