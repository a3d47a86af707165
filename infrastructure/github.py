"""Makes the stack of the GitHub roles; run apart from the monitor, once an account."""

from __future__ import annotations

import sys

from aws_cdk import App, Environment, Tags

from infrastructure.context import ContextError
from infrastructure.github_context import Pipeline, pipeline_from
from infrastructure.stacks.github_roles import GithubRolesStack


def build(app: App, pipeline: Pipeline) -> GithubRolesStack:
    """Make the stack; IAM is global, so that the region only says where the stack is listed."""
    stack = GithubRolesStack(
        app,
        "StudentMonitorGithubRoles",
        pipeline=pipeline,
        env=Environment(region="us-east-1"),
    )
    tags = {"Project": pipeline.project, "CostCenter": pipeline.cost_center, "ManagedBy": "cdk"}
    for name, value in tags.items():
        Tags.of(stack).add(name, value)
    return stack


def main() -> None:
    """Synthesize; on wrong context say so in words and leave."""
    app = App()
    try:
        pipeline = pipeline_from(app.node.get_all_context())
    except ContextError as error:
        sys.exit(str(error))
    build(app, pipeline)
    app.synth()


if __name__ == "__main__":
    main()
