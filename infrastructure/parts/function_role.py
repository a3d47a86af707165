"""The role of one function: what every function needs, and nothing of another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infrastructure.names import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_logs as logs
    from constructs import Construct

_LAMBDA = "lambda.amazonaws.com"
# Lambda checks for the first of these before it makes a function in a VPC, and uses them itself.
_NETWORK = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]
_TRACES = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
_ANYTHING = ["*"]  # neither service can name the resource beforehand


def function_role(
    scope: Construct, id_: str, *, name: str, suffix: str, log_group: logs.LogGroup, in_vpc: bool
) -> iam.Role:
    """Return a role that can run one function, and do nothing else yet."""
    role = iam.Role(
        scope,
        id_,
        role_name=named(f"{name}-function", suffix),
        assumed_by=iam.ServicePrincipal(_LAMBDA),
        description=f"What the function {named(name, suffix)} may do",
    )
    if in_vpc:
        _let_it_into_the_vpc(role, named(name, suffix))
    allow(role, _TRACES, _ANYTHING)
    allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])
    return role


def _let_it_into_the_vpc(role: iam.Role, function_name: str) -> None:
    own = Stack.of(role).format_arn(service="lambda", resource=f"function:{function_name}")
    allow(role, _NETWORK, _ANYTHING)
    # Not the code in it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    role.add_to_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=_NETWORK,
            resources=_ANYTHING,
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": own}},
        )
    )


def allow(role: iam.Role, actions: Sequence[str], resources: Sequence[str]) -> None:
    """Let a role do something to named resources."""
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
