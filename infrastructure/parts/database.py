"""PostgreSQL on RDS: a primary with a standby in another zone, and a replica for analysts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.database_proxy import DatabaseProxy
from infrastructure.parts.log_retention import retention

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

    from infrastructure.environments import Deployment
    from infrastructure.parts.network import Network

ENGINE = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_9)
NAME = "monitor"
ROTATION_DAYS = 30
MONITORING_S = 60
# The driver puts values into the text of a statement: whatever logs a text, logs of a student. What
# is slow is told by pg_stat_statements and by Performance Insights' digests, without the values.
QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # no DETAIL (values of keys), no CONTEXT (rows)
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "track_activity_query_size": "100",  # bytes, the least: Performance Insights keeps these texts
}
PARAMETERS = {
    **QUIET,
    "rds.force_ssl": "1",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_utility": "0",  # their texts are kept with the values in them
    "log_lock_waits": "1",
    "wal_compression": "lz4",  # docs/benchmarks.md
}


class MonitorDatabase(Construct):
    """The database. Use `instance`, `replica`, `proxy`, `secret`, and `endpoint` to connect to."""

    def __init__(
        self, scope: Construct, id_: str, *, deployment: Deployment, network: Network, key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self._deployment, self._network, self._key = deployment, network, key
        self._parameters = rds.ParameterGroup(
            self,
            "Parameters",
            engine=ENGINE,
            description="TLS only, no text of a statement in the log, statistics of statements",
            parameters=PARAMETERS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.instance = self._primary()
        self.secret = self._rotated(self.instance.secret)
        self.replica = self._replica() if deployment.environment.read_replica else None
        self.proxy = (
            DatabaseProxy(
                self, "Proxy", deployment=deployment, network=network, instance=self.instance
            )
            if deployment.environment.proxy
            else None
        )
        self.endpoint = (
            self.proxy.endpoint if self.proxy else self.instance.db_instance_endpoint_address
        )

    def _primary(self) -> rds.DatabaseInstance:
        environment = self._deployment.environment
        name = named("monitor-database", self._deployment.suffix)
        groups = self._log_groups("Primary", name, ["postgresql", "upgrade"])
        instance = rds.DatabaseInstance(
            self,
            "Primary",
            engine=ENGINE,
            instance_identifier=name,
            instance_type=ec2.InstanceType(environment.instance_type),
            database_name=NAME,
            credentials=rds.Credentials.from_username("monitor_master", encryption_key=self._key),
            manage_master_user_password=True,  # rotated by RDS itself, without a function
            multi_az=True,
            allocated_storage=environment.storage_gib,
            max_allocated_storage=environment.max_storage_gib,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            storage_encryption_key=self._key,
            vpc=self._network.vpc,
            subnet_group=self._subnet_group(),
            security_groups=[self._network.database_security_group],
            publicly_accessible=False,
            parameter_group=self._parameters,
            iam_authentication=True,
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            monitoring_interval=Duration.seconds(MONITORING_S),
            enable_performance_insights=True,
            performance_insight_encryption_key=self._key,
            cloudwatch_logs_exports=["postgresql", "upgrade"],
            backup_retention=Duration.days(environment.backup_days),
            preferred_backup_window="07:00-07:30",  # UTC: 2 or 3 in the morning in the East
            preferred_maintenance_window="sun:08:00-sun:08:30",
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            delete_automated_backups=True,
            deletion_protection=False,
            removal_policy=RemovalPolicy.DESTROY,
        )
        instance.node.add_dependency(*groups)
        return instance

    def _replica(self) -> rds.DatabaseInstanceReadReplica:
        """Make the replica; it is encrypted as its source is, by the same key."""
        environment = self._deployment.environment
        name = named("monitor-replica", self._deployment.suffix)
        groups = self._log_groups("Replica", name, ["postgresql"])
        replica = rds.DatabaseInstanceReadReplica(
            self,
            "Replica",
            source_database_instance=self.instance,
            instance_identifier=name,
            instance_type=ec2.InstanceType(environment.instance_type),
            max_allocated_storage=environment.max_storage_gib,
            storage_type=rds.StorageType.GP3,
            vpc=self._network.vpc,
            vpc_subnets=self._network.subnets,
            security_groups=[self._network.database_security_group],
            publicly_accessible=False,
            parameter_group=self._parameters,
            iam_authentication=True,
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            monitoring_interval=Duration.seconds(MONITORING_S),
            enable_performance_insights=True,
            performance_insight_encryption_key=self._key,
            cloudwatch_logs_exports=["postgresql"],
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            deletion_protection=False,
            removal_policy=RemovalPolicy.DESTROY,
        )
        replica.node.add_dependency(*groups)
        return replica

    def _subnet_group(self) -> rds.SubnetGroup:
        return rds.SubnetGroup(
            self,
            "Subnets",
            description="Isolated subnets in every zone used",
            subnet_group_name=named("monitor-database", self._deployment.suffix),
            vpc=self._network.vpc,
            vpc_subnets=self._network.subnets,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _log_groups(self, id_: str, instance: str, kinds: list[str]) -> list[logs.LogGroup]:
        """Make the groups that RDS writes to before it does, so that they are ours to remove."""
        return [
            logs.LogGroup(
                self,
                f"{id_}{kind.title()}Log",
                log_group_name=f"/aws/rds/instance/{instance}/{kind}",
                encryption_key=self._key,
                retention=retention(self._deployment.environment.log_days),
                removal_policy=RemovalPolicy.DESTROY,
            )
            for kind in kinds
        ]

    def _rotated(self, secret: secretsmanager.ISecret | None) -> secretsmanager.ISecret:
        """Return the master's secret, which RDS keeps and Secrets Manager has it rotate.

        RDS's own interval is 7 days; a schedule without a function changes it ("Managed rotation",
        docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html).
        """
        if secret is None:
            raise ValueError(f"{Stack.of(self).stack_name}: RDS manages no master secret")
        secretsmanager.CfnRotationSchedule(
            self,
            "Rotation",
            secret_id=secret.secret_arn,
            rotate_immediately_on_update=False,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                automatically_after_days=ROTATION_DAYS
            ),
        )
        return secret
