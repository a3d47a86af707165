"""Every alarm of a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs import Construct

from infrastructure.parts.alarms.api import api_watches
from infrastructure.parts.alarms.backup import backup_watches
from infrastructure.parts.alarms.consumer import (
    consumer_watches,
    mapping_watches,
    outcome_watches,
)
from infrastructure.parts.alarms.database import capacity_watches, disk_watches, replica_watches
from infrastructure.parts.alarms.database_events import database_events
from infrastructure.parts.alarms.failures import (
    backup_pattern,
    copy_pattern,
    failure_watch,
    restore_test_pattern,
    rotation_pattern,
    told_of,
)
from infrastructure.parts.alarms.ingest import ingest_alarm
from infrastructure.parts.alarms.ledger import ledger_watches
from infrastructure.parts.alarms.stream import stream_watches
from infrastructure.parts.alarms.watch import Watch, alarm
from infrastructure.parts.alarms.work import (
    dead_letter_watches,
    delivery_watches,
    schedule_watches,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sns as sns

    from infrastructure.environments import Deployment
    from infrastructure.parts.alarms.watched import Watched


class Alarms(Construct):
    """Watches a deployment and tells operators. Use `alarms` (by name) and `ingest_unhealthy`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        topic: sns.ITopic,
        watched: Watched,
    ) -> None:
        super().__init__(scope, id_)
        self._suffix = deployment.suffix
        self._topic = topic
        watches = [*_watches(watched, self._suffix), *self._failures(watched)]
        self.alarms = {
            watch.name: alarm(self, watch, deployment=deployment, topic=topic) for watch in watches
        }
        self.ingest_unhealthy = ingest_alarm(self, self.alarms, suffix=self._suffix, topic=topic)
        database_events(self, instance_ids=watched.instance_ids, suffix=self._suffix, topic=topic)

    def _failures(self, watched: Watched) -> list[Watch]:
        self._told("backup-events", backup_pattern(watched.vault_arn))
        if watched.copy_vault_arn:
            self._told("backup-copy-events", copy_pattern(watched.copy_vault_arn))
        return [
            failure_watch(
                name="rotation-failures",
                means="The database's master password was not changed.",
                rule_name=self._told("rotation-events", rotation_pattern(watched.secret_arn)),
            ),
            failure_watch(
                name="restore-test-failures",
                means="A backup could not be restored.",
                rule_name=self._told(
                    "restore-test-events", restore_test_pattern(watched.restore_test_role_arn)
                ),
            ),
        ]

    def _told(self, name: str, pattern: Mapping[str, Any]) -> str:
        return told_of(self, name, suffix=self._suffix, pattern=pattern, topic=self._topic)


def _watches(watched: Watched, suffix: str) -> list[Watch]:
    """Return what is watched by metrics."""
    replica = replica_watches(replica_id=watched.replica_id) if watched.replica_id else []
    return [
        *stream_watches(stream_name=watched.stream_name),
        *consumer_watches(
            function_name=watched.consumer_name,
            timeout_s=watched.consumer_timeout_s,
            reserved_concurrency=watched.consumer_concurrency,
        ),
        *mapping_watches(mapping_id=watched.mapping_id),
        *outcome_watches(suffix=suffix),
        *api_watches(api_name=watched.api_name, stage=watched.api_stage),
        *capacity_watches(
            instance_id=watched.instance_id,
            memory_mib=watched.memory_mib,
            storage_gib=watched.storage_gib,
        ),
        *disk_watches(instance_id=watched.instance_id),
        *replica,
        *dead_letter_watches(queue_name=watched.dead_letter_name),
        *schedule_watches(
            function_names=watched.scheduled_names,
            migration_name=watched.migration_name,
            suffix=suffix,
        ),
        *ledger_watches(suffix=suffix),
        *delivery_watches(topic_name=watched.alerts_topic_name, suffix=suffix),
        *backup_watches(vault_name=watched.vault_name, copies=watched.copy_vault_arn is not None),
    ]
