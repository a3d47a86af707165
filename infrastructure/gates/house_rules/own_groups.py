"""Holds everything in the network to a security group of its own, never the VPC's default one."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import of_type


def own_groups(template: Template) -> Iterator[Finding]:
    """Find functions, endpoints, databases and proxies that would get the default group.

    CloudFormation cannot close that group; nothing being in it is what makes it harmless.
    """
    for name in _in_default_group(template):
        yield Finding(rule="own-groups", resource=name, message="is in the VPC's default group")


def _in_default_group(template: Template) -> Iterator[str]:
    for name, function in of_type(template, "AWS::Lambda::Function"):
        network = function.get("VpcConfig")
        if network and not network.get("SecurityGroupIds"):
            yield name
    for name, endpoint in of_type(template, "AWS::EC2::VPCEndpoint"):
        is_interface = endpoint.get("VpcEndpointType") == "Interface"
        if is_interface and not endpoint.get("SecurityGroupIds"):
            yield name
    for kind, key in (
        ("AWS::RDS::DBInstance", "VPCSecurityGroups"),
        ("AWS::RDS::DBProxy", "VpcSecurityGroupIds"),
    ):
        yield from (name for name, it in of_type(template, kind) if not it.get(key))
