"""The roles that GitHub's workflows deploy with; one stack an account, apart from the monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Duration, Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from aws_cdk import Environment as Place
    from constructs import Construct

    from infrastructure.github_context import Pipeline

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
REGIONS = ("us-east-1", "us-west-2")
# Of the roles that `cdk bootstrap` makes, those that each command takes; images are not among ours.
_TAKEN = {"deploy": ("deploy", "file-publishing", "lookup"), "diff": ("lookup",)}
# A difference is shown before anybody approves: in an environment of its own, with reading alone.
_ENVIRONMENT = {"deploy": "{}", "diff": "{}-diff"}
# A first deployment makes a Multi-AZ database and a replica: an hour is too near.
_SESSION = Duration.hours(2)


class GithubRolesStack(Stack):
    """Two roles an environment, to deploy and to show the difference before.

    They can take the CDK's bootstrap roles of its account, and nothing else.
    """

    def __init__(self, scope: Construct, id_: str, *, pipeline: Pipeline, env: Place) -> None:
        super().__init__(scope, id_, env=env, description="Roles of the GitHub workflows")
        provider = self._provider(makes=pipeline.makes_provider)
        for environment, account in pipeline.accounts.items():
            for purpose, taken in _TAKEN.items():
                name = f"{purpose}-{environment}"
                github = _ENVIRONMENT[purpose].format(environment)
                subject = f"repo:{pipeline.repository}:environment:{github}"
                role = self._role(name, provider, subject)
                role.add_to_policy(self._may_take(taken, account or self.account))
                CfnOutput(self, f"RoleOf-{name}", value=role.role_arn)

    def _provider(self, *, makes: bool) -> str:
        """Return the ARN of GitHub as an identity provider; an account can have it only once."""
        if makes:
            return iam.CfnOIDCProvider(
                self, "GitHub", url=f"https://{ISSUER}", client_id_list=[AUDIENCE]
            ).attr_arn
        return self.format_arn(
            service="iam", region="", resource="oidc-provider", resource_name=ISSUER
        )

    def _role(self, name: str, provider: str, subject: str) -> iam.Role:
        # Equals, never Like: a star in a subject lets branches and forks in.
        condition = {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}}
        return iam.Role(
            self,
            name,
            role_name=f"github-{name}",
            description=f"Taken by {subject}",
            assumed_by=iam.WebIdentityPrincipal(provider, condition),
            max_session_duration=_SESSION,
        )

    def _may_take(self, roles: tuple[str, ...], account: str) -> iam.PolicyStatement:
        qualifier = self.node.try_get_context("@aws-cdk/core:bootstrapQualifier")
        prefix = f"cdk-{qualifier or DefaultStackSynthesizer.DEFAULT_QUALIFIER}"
        return iam.PolicyStatement(
            actions=["sts:AssumeRole"],
            resources=[
                f"arn:{self.partition}:iam::{account}:role/{prefix}-{role}-role-{account}-{region}"
                for region in REGIONS
                for role in roles
            ],
        )
