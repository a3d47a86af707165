"""The network: isolated subnets, endpoints for what the functions call, and who may reach whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.log_retention import retention

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

    from infrastructure.environments import Deployment

POSTGRES, HTTPS = 5432, 443
# What the functions call: the stream, the topic of alerts, their secrets, the key of names. Logs
# and traces leave a function by Lambda's own way. (S3, where a custom resource answers and the list
# of erasures is, has a gateway endpoint.)
CALLED = {
    "Kinesis": ec2.InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
    "Sns": ec2.InterfaceVpcEndpointAwsService.SNS,
    "Kms": ec2.InterfaceVpcEndpointAwsService.KMS,
    "SecretsManager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
}
# The prefix list of S3 in us-east-1, for which CloudFormation knows no reference.
S3_PREFIX_LIST = "pl-63a5400a"


class Network(Construct):
    """Isolated subnets in every zone used, without a way to the internet.

    Use `vpc`, `subnets` and the security groups.
    """

    def __init__(
        self, scope: Construct, id_: str, *, deployment: Deployment, log_key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self.vpc: ec2.IVpc = self._existing(deployment) or self._made(deployment, log_key)
        self.subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
        suffix = deployment.suffix
        self.function_security_group = self._group("Functions", named("functions", suffix))
        self.database_security_group = self._group("Database", named("database", suffix))
        self.proxy_security_group = self._group("Proxy", named("database-proxy", suffix))
        self.endpoint_security_group = self._endpoints(deployment)
        self._connect(deployment)

    def _existing(self, deployment: Deployment) -> ec2.IVpc | None:
        if deployment.vpc_id is None:
            return None
        vpc = ec2.Vpc.from_lookup(self, "Vpc", vpc_id=deployment.vpc_id)
        needed = deployment.environment.zones
        zones = {subnet.availability_zone for subnet in vpc.isolated_subnets}
        # Until it was looked up, the CDK gives another VPC, of which nothing can be said.
        if vpc.vpc_id == deployment.vpc_id and len(zones) < needed:
            Annotations.of(self).add_error(
                f"vpcId: {vpc.vpc_id} has isolated subnets in {len(zones)} zones; "
                f"{deployment.environment.name} needs {needed}, so that one can go"
            )
        return vpc

    def _made(self, deployment: Deployment, log_key: kms.IKey) -> ec2.Vpc:
        vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=named("vpc", deployment.suffix),
            availability_zones=list(deployment.zones),
            nat_gateways=0,
            create_internet_gateway=False,
            # The default group is used by nobody; closing it takes a function of Node's.
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                )
            ],
        )
        group = logs.LogGroup(
            self,
            "FlowLogGroup",
            log_group_name=f"/vpc/{named('flows', deployment.suffix)}",
            encryption_key=log_key,
            retention=retention(deployment.environment.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        vpc.add_flow_log("Flows", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))
        return vpc

    def _group(self, id_: str, name: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            id_,
            vpc=self.vpc,
            security_group_name=name,
            description=f"Student Performance Monitor: {name}",
            allow_all_outbound=False,
        )

    def _endpoints(self, deployment: Deployment) -> ec2.ISecurityGroup:
        """Return the group of the endpoints: ours, or that of a VPC that has them already."""
        given = deployment.endpoint_security_group_id
        if given is not None:
            return ec2.SecurityGroup.from_security_group_id(self, "Endpoints", given)
        group = self._group("Endpoints", named("endpoints", deployment.suffix))
        for id_, service in CALLED.items():
            self.vpc.add_interface_endpoint(
                id_, service=service, subnets=self.subnets, security_groups=[group], open=False
            )
        self.vpc.add_gateway_endpoint(
            "S3", service=ec2.GatewayVpcEndpointAwsService.S3, subnets=[self.subnets]
        )
        return group

    def _connect(self, deployment: Deployment) -> None:
        """Let functions reach the endpoints and the database, and nobody anything else."""
        functions, database = self.function_security_group, self.database_security_group
        _let(functions, self.endpoint_security_group, HTTPS, "to the endpoints")
        functions.add_egress_rule(
            ec2.Peer.prefix_list(S3_PREFIX_LIST),
            ec2.Port.tcp(HTTPS),
            "answers of migrations and the list of erasures, to S3",
        )
        _let(functions, database, POSTGRES, "to the database")
        if deployment.environment.proxy:
            _let(functions, self.proxy_security_group, POSTGRES, "to the proxy")
            _let(self.proxy_security_group, database, POSTGRES, "from the proxy to the database")


def _let(from_: ec2.SecurityGroup, to: ec2.ISecurityGroup, port: int, what: str) -> None:
    from_.add_egress_rule(to, ec2.Port.tcp(port), what)
    to.add_ingress_rule(from_, ec2.Port.tcp(port), what)
