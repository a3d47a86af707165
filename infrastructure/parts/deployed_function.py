"""One function of Chalice's template, with its own name, role, log, network and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.function_role import function_role
from infrastructure.parts.log_group import log_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sam as sam

    from infrastructure.environments import Deployment
    from infrastructure.parts.functions import Function
    from infrastructure.parts.network import Network


class DeployedFunction(Construct):
    """Use `name`, `role`, `resource` (SAM's) and `function` (what it needs to run)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: Function,
        resource: sam.CfnFunction,
        deployment: Deployment,
        network: Network,
        key: kms.IKey,
        settings: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id_)
        self.function = function
        self.resource = resource
        self.name = named(function.name, deployment.suffix)
        group = log_group(
            self,
            "Log",
            name=f"/aws/lambda/{self.name}",
            days=deployment.environment.log_days,
            key=key,
        )
        self.role = function_role(
            self,
            "Role",
            name=function.name,
            suffix=deployment.suffix,
            log_group=group,
            in_vpc=not function.is_outside,
        )
        # Lambda makes a function in a VPC only once its role may make network interfaces.
        resource.node.add_dependency(self.role.node.find_child("DefaultPolicy"))
        self._settle(network, group.log_group_name, settings)
        if function.schedule:
            rule = f"Events.{function.schedule}.Properties.Name"
            resource.add_property_override(rule, self.name)

    def _settle(self, network: Network, log: str, settings: Mapping[str, str]) -> None:
        for name, value in {
            "FunctionName": self.name,
            "Role": self.role.role_arn,
            "MemorySize": self.function.memory_mib,
            "Timeout": self.function.timeout_s,
            "LoggingConfig": {"LogGroup": log},
            "Environment": {"Variables": dict(settings)},
        }.items():
            self.resource.add_property_override(name, value)
        if self.function.is_outside:
            self.resource.add_property_deletion_override("VpcConfig")
        else:
            self.resource.add_property_override("VpcConfig", _inside(network))


def _inside(network: Network) -> dict[str, Any]:
    subnets = network.vpc.select_subnets(
        subnets=network.subnets.subnets,
        subnet_type=network.subnets.subnet_type,
        subnet_group_name=network.subnets.subnet_group_name,
    )
    return {
        "SubnetIds": subnets.subnet_ids,
        "SecurityGroupIds": [network.function_security_group.security_group_id],
    }
