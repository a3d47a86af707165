"""Rules of security groups as resources of their own, and a VPC that knows its block."""

from __future__ import annotations

import uuid
from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from local.deployment.shims.handlers import Handler, Handlers, Made, Properties, amend


def register(handlers: Handlers) -> None:
    """Make rules real in the emulator's EC2, and answer GetAtt VPC.CidrBlock."""
    handlers["AWS::EC2::SecurityGroupIngress"] = _rule("IpPermissions")
    handlers["AWS::EC2::SecurityGroupEgress"] = _rule("IpPermissionsEgress")
    amend(handlers["AWS::EC2::VPC"], _with_block)


def _with_block(_: Properties, made: Made) -> Made:
    vpc_id, attributes = made
    return vpc_id, {**attributes, "CidrBlock": ec2._vpcs[vpc_id]["CidrBlock"]}


def _rule(direction: str) -> Handler:
    def create(_: str, properties: Properties, __: str) -> Made:
        group = ec2._security_groups.get(properties["GroupId"])
        if group is None:
            raise ValueError(f"There is no security group {properties['GroupId']}.")
        group[direction].extend(_permissions(properties))
        rule_id = f"sgr-{uuid.uuid4().hex[:17]}"
        return rule_id, {"Id": rule_id}

    def update(physical_id: str, old: Properties, new: Properties, *_: Any) -> Made:
        delete(physical_id, old)
        return create("", new, "")

    def delete(_: str, properties: Properties) -> None:
        group = ec2._security_groups.get(properties["GroupId"])
        for permission in _permissions(properties) if group else ():
            if permission in group[direction]:
                group[direction].remove(permission)

    return {"create": create, "update": update, "delete": delete}


def _permissions(properties: Properties) -> list[dict[str, Any]]:
    permissions: list[dict[str, Any]] = provisioners._ec2_sg_permissions([properties])
    return permissions
