"""RDS Proxy in front of the primary: functions come and go, its connections stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Fn, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from constructs import Construct

from infrastructure.names import named

if TYPE_CHECKING:
    from infrastructure.environments import Deployment
    from infrastructure.parts.network import Network

USERS = ("api", "ingest", "privacy")  # the roles of the database that functions sign in as
IDLE_S = 1800


class DatabaseProxy(Construct):
    """Takes IAM tokens only, and signs in with one itself: no password anywhere. Use `endpoint`.

    L1, since the L2 construct asks for a secret of each user.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        network: Network,
        instance: rds.DatabaseInstance,
    ) -> None:
        super().__init__(scope, id_)
        role = iam.Role(
            self,
            "Role",
            role_name=named("database-proxy", deployment.suffix),
            assumed_by=iam.ServicePrincipal("rds.amazonaws.com"),
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["rds-db:connect"],
                resources=[
                    _user_arn(Stack.of(self), instance.instance_resource_id or "", user)
                    for user in USERS
                ],
            )
        )
        self.bare = rds.CfnDBProxy(
            self,
            "Proxy",
            db_proxy_name=named("monitor-proxy", deployment.suffix),
            engine_family="POSTGRESQL",
            default_auth_scheme="IAM_AUTH",
            role_arn=role.role_arn,
            require_tls=True,
            idle_client_timeout=IDLE_S,
            vpc_subnet_ids=network.vpc.select_subnets(
                subnet_type=network.subnets.subnet_type
            ).subnet_ids,
            vpc_security_group_ids=[network.proxy_security_group.security_group_id],
        )
        self.bare.node.add_dependency(role)
        rds.CfnDBProxyTargetGroup(
            self,
            "Target",
            db_proxy_name=self.bare.ref,
            target_group_name="default",  # the only name that RDS allows
            db_instance_identifiers=[instance.instance_identifier],
        ).node.add_dependency(instance)
        self.endpoint = self.bare.attr_endpoint

    def grant_connect(self, grantee: iam.IGrantable, user: str) -> iam.Grant:
        """Let someone sign in through the proxy as one user; IAM knows the proxy as prx-..."""
        resource_id = Fn.select(6, Fn.split(":", self.bare.attr_db_proxy_arn))
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["rds-db:connect"],
            resource_arns=[_user_arn(Stack.of(self), resource_id, user)],
        )


def _user_arn(stack: Stack, resource_id: str, user: str) -> str:
    """Return by which name IAM knows a user of a database or proxy."""
    place = f"{stack.partition}:rds-db:{stack.region}:{stack.account}"
    return f"arn:{place}:dbuser:{resource_id}/{user}"
