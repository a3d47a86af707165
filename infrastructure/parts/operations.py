"""What keeps a deployment watched and recoverable: backups, alarms, dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.alarms.alarms import Alarms
from infrastructure.parts.alarms.watched import Watched
from infrastructure.parts.backup import Backup, vault_name
from infrastructure.parts.backup_replication import replicate_backups
from infrastructure.parts.dashboard import Dashboard
from infrastructure.parts.functions import CONSUMER, FUNCTIONS, MIGRATION
from infrastructure.parts.restore_testing import RestoreTesting

if TYPE_CHECKING:
    from aws_cdk import aws_rds as rds

    from infrastructure.environments import Deployment
    from infrastructure.parts.application import Application
    from infrastructure.parts.database import MonitorDatabase
    from infrastructure.parts.event_stream import EventStream
    from infrastructure.parts.keys import Keys
    from infrastructure.parts.network import Network
    from infrastructure.parts.notifications import Notifications
    from infrastructure.stacks.recovery import RecoveryRegionStack


class Operations(Construct):
    """Comes last, since it looks at everything else. Use `alarms` and `backup`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        network: Network,
        keys: Keys,
        event_stream: EventStream,
        database: MonitorDatabase,
        application: Application,
        notifications: Notifications,
        recovery: RecoveryRegionStack | None,
    ) -> None:
        super().__init__(scope, id_)
        self.backup = self._backup(deployment, network, keys, database, recovery)
        watched = Watched(
            **_sizes(deployment, application),
            **_names(deployment, event_stream, database, application, notifications),
            **_kept(self.backup, deployment, recovery),
        )
        self.alarms = Alarms(
            self, "Alarms", deployment=deployment, topic=notifications.operators, watched=watched
        )
        Dashboard(
            self, "Dashboard", deployment=deployment, watched=watched, alarms=self.alarms.alarms
        )

    def _backup(
        self,
        deployment: Deployment,
        network: Network,
        keys: Keys,
        database: MonitorDatabase,
        recovery: RecoveryRegionStack | None,
    ) -> Backup:
        instance = database.instance
        if recovery:
            replicate_backups(
                instance,
                region=recovery.region,
                key=recovery.key,
                days=deployment.environment.backup_days,
            )
        backup = Backup(
            self,
            "Backup",
            deployment=deployment,
            key=keys.database,
            instance_arn=instance.instance_arn,
            copy_vault_arn=recovery.vault.attr_backup_vault_arn if recovery else None,
        )
        bare = cast("rds.CfnDBInstance", instance.node.default_child)
        RestoreTesting(
            self,
            "RestoreTesting",
            deployment=deployment,
            vault=backup.vault,
            role=backup.role,
            instance_arn=instance.instance_arn,
            subnet_group=bare.db_subnet_group_name or "",
            security_groups=[network.database_security_group.security_group_id],
        )
        return backup


def _sizes(deployment: Deployment, application: Application) -> dict[str, Any]:
    return {
        "consumer_timeout_s": CONSUMER.timeout_s,
        "consumer_concurrency": application.consumer_concurrency,
        "memory_mib": deployment.environment.memory_mib,
        "storage_gib": deployment.environment.storage_gib,
    }


def _names(
    deployment: Deployment,
    event_stream: EventStream,
    database: MonitorDatabase,
    application: Application,
    notifications: Notifications,
) -> dict[str, Any]:
    scheduled = [function.name for function in FUNCTIONS if function.schedule]
    return {
        "stream_name": event_stream.stream.stream_name,
        "dead_letter_name": event_stream.dead_letters.queue_name,
        "consumer_name": named(CONSUMER.name, deployment.suffix),
        "scheduled_names": tuple(named(name, deployment.suffix) for name in scheduled),
        "migration_name": named(MIGRATION.name, deployment.suffix),
        "mapping_id": application.mapping.ref,
        "api_name": application.api_name,
        "api_stage": application.stage,
        "alerts_topic_name": notifications.alerts.topic_name,
        "instance_id": database.instance.instance_identifier,
        "replica_id": database.replica.instance_identifier if database.replica else None,
        "secret_arn": database.secret.secret_arn,
    }


def _kept(
    backup: Backup, deployment: Deployment, recovery: RecoveryRegionStack | None
) -> dict[str, Any]:
    return {
        "vault_name": vault_name(deployment.suffix),
        "vault_arn": backup.vault.attr_backup_vault_arn,
        "copy_vault_arn": recovery.vault.attr_backup_vault_arn if recovery else None,
        "restore_test_role_arn": backup.role.role_arn,
    }
