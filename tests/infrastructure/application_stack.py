"""A stack of the application alone, with the CDK's own resources for what it stands on."""

from __future__ import annotations

import dataclasses
from typing import Any

from aws_cdk import App, Stack
from aws_cdk import Environment as Place
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from constructs import Construct

from infrastructure.environments import DEV, Deployment, Environment
from infrastructure.parts.application import Application
from infrastructure.parts.event_stream import EventStream
from infrastructure.parts.keys import Keys
from infrastructure.parts.network import Network

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def application_stack(
    *, suffix: str = "blue", environment: Environment = DEV, **changed: Any
) -> Stack:
    """Return a stack with the application of an environment."""
    deployment = Deployment(
        suffix=suffix,
        environment=dataclasses.replace(environment, **changed),
        admin_email="ops@school.example",
        cost_center="none",
        project="test",
        zones=ZONES[: environment.zones],
    )
    stack = Stack(App(), "S", env=Place(region="us-east-1", account="111122223333"))
    keys = Keys(stack, "Keys", deployment=deployment)
    network = Network(stack, "Network", deployment=deployment, log_key=keys.messages)
    event_stream = EventStream(
        stack, "Stream", deployment=deployment, key=keys.stream, dead_letter_key=keys.messages
    )
    Application(
        stack,
        "Application",
        deployment=deployment,
        network=network,
        keys=keys,
        event_stream=event_stream,
        database=_Database(stack, network, deployment),
        alert_topic=sns.Topic(stack, "Alerts"),
        operator_topic=sns.Topic(stack, "Operators"),
    )
    return stack


class _Database(Construct):
    """What the application has to know of the database."""

    def __init__(self, scope: Construct, network: Network, deployment: Deployment) -> None:
        super().__init__(scope, "Database")
        place: dict[str, Any] = {"vpc": network.vpc, "vpc_subnets": network.subnets}
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=rds.DatabaseInstanceEngine.POSTGRES,
            security_groups=[network.database_security_group],
            iam_authentication=True,
            **place,
        )
        self.secret = self.instance.secret
        self.endpoint = self.instance.db_instance_endpoint_address
        self.proxy = None
        if deployment.environment.proxy:
            self.proxy = self.instance.add_proxy("Proxy", secrets=[self.secret], **place)
            self.endpoint = self.proxy.endpoint
