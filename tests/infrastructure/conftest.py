"""The stacks of each environment, synthesized once a session."""

from __future__ import annotations

import functools
import warnings
from typing import Any, NamedTuple

import pytest
from aws_cdk import App, assertions

from infrastructure.app import build
from infrastructure.context import from_context
from infrastructure.environments import Deployment
from infrastructure.gates.expansion import expand
from infrastructure.stacks.monitor import MonitorStack
from tests.infrastructure.deployed import Resources
from tests.infrastructure.existing_network import ACCOUNT, LOOKED_UP

CONTEXT = {"adminEmail": "operator@example.org", "costCenter": "4711"}


class Synthesized(NamedTuple):
    """A deployment and its templates."""

    deployment: Deployment
    stack: MonitorStack
    template: assertions.Template
    recovery: dict[str, Any] | None

    @property
    def resources(self) -> dict[str, Any]:
        """Return every resource of the main stack by logical id."""
        found: dict[str, Any] = self.template.to_json()["Resources"]
        return found

    def of_type(self, type_: str) -> dict[str, Any]:
        """Return the properties of every resource of a type by logical id."""
        return {
            id_: resource.get("Properties", {})
            for id_, resource in self.resources.items()
            if resource["Type"] == type_
        }


@functools.cache
def _synthesized(environment: str, suffix: str, more: tuple[tuple[str, str], ...]) -> Synthesized:
    app = App(context=LOOKED_UP)
    deployment = from_context(
        {**CONTEXT, "environment": environment, "environmentSuffix": suffix, **dict(more)}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # in Chalice's and the CDK's own code
        stack = build(app, deployment, account=ACCOUNT if deployment.vpc_id else deployment.account)
        assembly = app.synth()
    others = [one.template for one in assembly.stacks if one.stack_name != stack.stack_name]
    return Synthesized(
        deployment, stack, assertions.Template.from_stack(stack), others[0] if others else None
    )


@pytest.fixture(scope="session")
def synthesize():
    """Return what an environment is deployed as; made once for each set of context values."""

    def made(environment: str = "dev", *, suffix: str | None = None, **more: str) -> Synthesized:
        return _synthesized(environment, suffix or environment, tuple(sorted(more.items())))

    return made


@pytest.fixture(params=["dev", "staging", "prod"])
def synthesized(request, synthesize) -> Synthesized:
    """Have each environment in turn."""
    return synthesize(request.param)


@pytest.fixture(scope="module")
def dev(synthesize) -> Resources:
    """Have what is deployed for development, as the transform of SAM leaves it."""
    return expand(synthesize("dev").template.to_json())["Resources"]


@pytest.fixture(scope="module")
def prod(synthesize) -> Resources:
    """Have the same of production."""
    return expand(synthesize("prod").template.to_json())["Resources"]
