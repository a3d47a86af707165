"""AWS Backup of the database: a vault, an hourly, a daily and perhaps a monthly rule, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from infrastructure.names import named

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

    from infrastructure.environments import Deployment

_HOURLY_DAYS = 2  # beyond that the daily ones are fine enough; point-in-time recovery is finer
_DAYS_A_YEAR = 365.25
_START_MINUTES = 60  # the least that AWS Backup takes
_COMPLETION_MINUTES = 180

# A backup fails within an hour before, and during, the windows of RDS's own backups and of its
# maintenance (AWS Backup Developer Guide, "RDS backups"): 07:00 and, on Sundays, 08:00 UTC.
QUIET_HOURS = range(6, 9)
_DAILY_HOUR = 9
_HOURLY_HOURS = "0-5,10-23"


def vault_name(suffix: str) -> str:
    """Return the vault's name, the same in both regions."""
    return named("backup-vault", suffix)


class Backup(Construct):
    """What is kept beside RDS's own backups. Use `vault` and `role`.

    No rule moves to cold storage: AWS Backup ignores that for RDS, without an error. What has to
    stay for years is a warm monthly copy.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        key: kms.IKey,
        instance_arn: str,
        copy_vault_arn: str | None,
    ) -> None:
        super().__init__(scope, id_)
        self._copy_vault_arn = copy_vault_arn
        environment = deployment.environment
        self.vault = backup.CfnBackupVault(
            self,
            "Vault",
            backup_vault_name=vault_name(deployment.suffix),
            encryption_key_arn=key.key_arn,
        )
        self.vault.apply_removal_policy(RemovalPolicy.DESTROY)
        self.role = self._role(deployment.suffix)
        plan = backup.CfnBackupPlan(
            self,
            "Plan",
            backup_plan=backup.CfnBackupPlan.BackupPlanResourceTypeProperty(
                backup_plan_name=named("backup-plan", deployment.suffix),
                backup_plan_rule=self._rules(environment.backup_days, environment.archive_years),
            ),
        )
        backup.CfnBackupSelection(
            self,
            "Selection",
            backup_plan_id=plan.attr_backup_plan_id,
            backup_selection=backup.CfnBackupSelection.BackupSelectionResourceTypeProperty(
                iam_role_arn=self.role.role_arn,
                selection_name=named("database", deployment.suffix),
                resources=[instance_arn],
            ),
        )

    def _role(self, suffix: str) -> iam.Role:
        return iam.Role(
            self,
            "Role",
            role_name=named("backup-role", suffix),
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(f"service-role/{name}")
                for name in (
                    "AWSBackupServiceRolePolicyForBackup",
                    "AWSBackupServiceRolePolicyForRestores",
                )
            ],
        )

    def _rules(
        self, days: int, archive_years: int
    ) -> list[backup.CfnBackupPlan.BackupRuleResourceTypeProperty]:
        hourly = self._rule("hourly", f"cron(0 {_HOURLY_HOURS} * * ? *)", _HOURLY_DAYS)
        if not archive_years:
            return [hourly, self._rule("daily", f"cron(0 {_DAILY_HOUR} * * ? *)", days)]
        return [
            hourly,
            self._rule("daily", f"cron(0 {_DAILY_HOUR} 2-31 * ? *)", days),
            self._rule(  # on the first of a month in the daily one's place
                "monthly", f"cron(0 {_DAILY_HOUR} 1 * ? *)", round(archive_years * _DAYS_A_YEAR)
            ),
        ]

    def _rule(
        self, name: str, schedule: str, days: int
    ) -> backup.CfnBackupPlan.BackupRuleResourceTypeProperty:
        plan = backup.CfnBackupPlan
        lifecycle = plan.LifecycleResourceTypeProperty(delete_after_days=days)
        copies = [
            plan.CopyActionResourceTypeProperty(
                destination_backup_vault_arn=arn, lifecycle=lifecycle
            )
            for arn in ([self._copy_vault_arn] if self._copy_vault_arn else [])
        ]
        return plan.BackupRuleResourceTypeProperty(
            rule_name=name,
            target_backup_vault=self.vault.ref,
            schedule_expression=schedule,
            start_window_minutes=_START_MINUTES,
            completion_window_minutes=_COMPLETION_MINUTES,
            lifecycle=lifecycle,
            copy_actions=copies,
        )
