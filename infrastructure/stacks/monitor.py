"""The one stack of a deployment: composes the parts, grants, and tells what others need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from infrastructure.parts.application import Application
from infrastructure.parts.database import MonitorDatabase
from infrastructure.parts.event_stream import EventStream
from infrastructure.parts.identity import Identity
from infrastructure.parts.keys import Keys
from infrastructure.parts.network import Network
from infrastructure.parts.notifications import Notifications
from infrastructure.parts.operations import Operations
from infrastructure.parts.outputs import tell

if TYPE_CHECKING:
    from aws_cdk import Environment as Place
    from constructs import Construct

    from infrastructure.environments import Deployment
    from infrastructure.stacks.recovery import RecoveryRegionStack


class MonitorStack(Stack):
    """The whole system in one region; each part is an attribute."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        recovery: RecoveryRegionStack | None,
        env: Place,
    ) -> None:
        self._zones = list(deployment.zones)
        super().__init__(scope, id_, env=env, description="Student Performance Monitor")
        self.keys = Keys(self, "Keys", deployment=deployment)
        self.notifications = Notifications(
            self, "Notifications", deployment=deployment, key=self.keys.messages
        )
        self.network = Network(self, "Network", deployment=deployment, log_key=self.keys.messages)
        self.event_stream = EventStream(
            self,
            "EventStream",
            deployment=deployment,
            key=self.keys.stream,
            dead_letter_key=self.keys.messages,
        )
        self.database = MonitorDatabase(
            self, "Database", deployment=deployment, network=self.network, key=self.keys.database
        )
        self.identity = Identity(self, "Identity", deployment=deployment)
        self.application = Application(
            self,
            "Application",
            deployment=deployment,
            network=self.network,
            keys=self.keys,
            event_stream=self.event_stream,
            database=self.database,
            identity=self.identity,
            alert_topic=self.notifications.alerts,
            operator_topic=self.notifications.operators,
            recovery=recovery,
        )
        self.operations = Operations(
            self,
            "Operations",
            deployment=deployment,
            network=self.network,
            keys=self.keys,
            event_stream=self.event_stream,
            database=self.database,
            application=self.application,
            notifications=self.notifications,
            recovery=recovery,
        )
        tell(self, deployment.suffix)

    @property
    def availability_zones(self) -> list[str]:
        """Return the zones of the context: the CDK would ask AWS for those of a known account."""
        return self._zones
