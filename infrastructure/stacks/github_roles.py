"""The roles that GitHub's workflows deploy with; one stack an account, apart from the monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Duration, Stack
from aws_cdk import aws_iam as iam

from infrastructure.names import named

if TYPE_CHECKING:
    from aws_cdk import Environment as Place
    from constructs import Construct

    from infrastructure.github_context import Pipeline

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
REGIONS = ("us-east-1", "us-west-2")
# What `cdk bootstrap` makes, and `cdk diff` and `cdk deploy` take; images are not among ours.
_BOOTSTRAPPED = ("deploy", "file-publishing", "lookup")
# A first deployment makes a Multi-AZ database and a replica: an hour is too near.
_SESSION = Duration.hours(2)


class GithubRolesStack(Stack):
    """One role per GitHub environment; it can take the CDK's bootstrap roles, and nothing else."""

    def __init__(self, scope: Construct, id_: str, *, pipeline: Pipeline, env: Place) -> None:
        super().__init__(scope, id_, env=env, description="Roles of the GitHub workflows")
        provider = self._provider(makes=pipeline.makes_provider)
        for environment, account in pipeline.accounts.items():
            subject = f"repo:{pipeline.repository}:environment:{environment}"
            role = self._role(environment, provider, subject)
            role.add_to_policy(self._may_deploy_to(account or self.account))
            CfnOutput(self, f"RoleOf-{environment}", value=role.role_arn)

    def _provider(self, *, makes: bool) -> str:
        """Return the ARN of GitHub as an identity provider; an account can have it only once."""
        if makes:
            return iam.CfnOIDCProvider(
                self, "GitHub", url=f"https://{ISSUER}", client_id_list=[AUDIENCE]
            ).attr_arn
        return self.format_arn(
            service="iam", region="", resource="oidc-provider", resource_name=ISSUER
        )

    def _role(self, environment: str, provider: str, subject: str) -> iam.Role:
        # Equals, never Like: a star in a subject lets branches and forks in.
        condition = {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}}
        return iam.Role(
            self,
            f"Deploy-{environment}",
            role_name=named("github-deploy", environment),
            description=f"Deploys {environment} from {subject}",
            assumed_by=iam.WebIdentityPrincipal(provider, condition),
            max_session_duration=_SESSION,
        )

    def _may_deploy_to(self, account: str) -> iam.PolicyStatement:
        qualifier = self.node.try_get_context("@aws-cdk/core:bootstrapQualifier")
        prefix = f"cdk-{qualifier or DefaultStackSynthesizer.DEFAULT_QUALIFIER}"
        return iam.PolicyStatement(
            actions=["sts:AssumeRole"],
            resources=[
                f"arn:{self.partition}:iam::{account}:role/{prefix}-{role}-role-{account}-{region}"
                for region in REGIONS
                for role in _BOOTSTRAPPED
            ],
        )
