"""A weekly test that the latest backup can be restored; AWS Backup removes what it restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_backup as backup
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam

    from infrastructure.environments import Deployment

_SATURDAYS = "cron(0 12 ? * SAT *)"  # after the daily backup
_WINDOW_DAYS = 7


class RestoreTesting(Construct):
    """Restores the latest backup into the isolated subnets, to look whether it can be."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        vault: backup.CfnBackupVault,
        role: iam.IRole,
        instance_arn: str,
        subnet_group: str,
        security_groups: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        name = f"restore_test_{deployment.suffix.replace('-', '_')}"  # no other sign is allowed
        plan = backup.CfnRestoreTestingPlan(
            self,
            "Plan",
            restore_testing_plan_name=name,
            schedule_expression=_SATURDAYS,
            start_window_hours=1,
            recovery_point_selection=(
                backup.CfnRestoreTestingPlan.RestoreTestingRecoveryPointSelectionProperty(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=[vault.attr_backup_vault_arn],
                    recovery_point_types=["SNAPSHOT"],
                    selection_window_days=_WINDOW_DAYS,
                )
            ),
        )
        backup.CfnRestoreTestingSelection(
            self,
            "Selection",
            restore_testing_plan_name=plan.ref,
            restore_testing_selection_name=f"database_{deployment.suffix.replace('-', '_')}",
            protected_resource_type="RDS",
            protected_resource_arns=[instance_arn],
            iam_role_arn=role.role_arn,
            validation_window_hours=1,
            restore_metadata_overrides={
                "dbSubnetGroupName": subnet_group,  # an account need not have a default VPC
                "vpcSecurityGroupIds": Stack.of(self).to_json_string(list(security_groups)),
                "multiAz": "false",
            },
        )
