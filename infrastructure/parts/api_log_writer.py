"""The role by which API Gateway writes logs: a setting of the account, not of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam

from infrastructure.names import named

if TYPE_CHECKING:
    from constructs import Construct


def api_log_writer(scope: Construct, *, suffix: str) -> apigateway.CfnAccount:
    """Let API Gateway write logs in this account; an API that logs is refused before.

    The deployment that was made last has set it for all of the account (docs/architecture.md).
    """
    role = iam.Role(
        scope,
        "LogWriter",
        role_name=named("api-log-writer", suffix),
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name(
                "service-role/AmazonAPIGatewayPushToCloudWatchLogs"  # pragma: allowlist secret
            )
        ],
    )
    return apigateway.CfnAccount(scope, "Account", cloud_watch_role_arn=role.role_arn)
