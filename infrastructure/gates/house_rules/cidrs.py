"""Holds security groups to speak of other groups, never of addresses."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type, referred

# What the CDK writes for "nothing may go out": CloudFormation would otherwise open everything.
NOWHERE = "255.255.255.255/32"
ADDRESSES = ("CidrIp", "CidrIpv6")


def groups_only(template: Template) -> Iterator[Finding]:
    """Find rules that are open to a range of addresses, and groups with none for going out."""
    closed = _closed_by_rules_apart(template)
    for name, group in of_type(template, "AWS::EC2::SecurityGroup"):
        if not group.get("SecurityGroupEgress") and name not in closed:
            yield Finding(rule="groups-only", resource=name, message="may go out to anywhere")
        rules = [*group.get("SecurityGroupIngress", []), *group.get("SecurityGroupEgress", [])]
        yield from _open(name, rules)
    for name, rule in of_type(
        template, "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"
    ):
        yield from _open(name, [rule])


def _closed_by_rules_apart(template: Template) -> set[str]:
    """Return the groups that a rule apart closes.

    The first one takes the place of "to anywhere" (https://github.com/aws/aws-cdk/issues/987).
    """
    rules = of_type(template, "AWS::EC2::SecurityGroupEgress")
    return {name for _, rule in rules for name in referred(rule["GroupId"])}


def _open(name: str, rules: list[Properties]) -> Iterator[Finding]:
    for rule in rules:
        for key in ADDRESSES:
            if rule.get(key, NOWHERE) != NOWHERE:
                message = f"is open to {rule[key]}"
                yield Finding(rule="groups-only", resource=name, message=message)
