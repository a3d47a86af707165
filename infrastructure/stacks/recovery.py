"""What lives in the second region: the vault that backups are copied to, and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import (
    CfnOutput,
    CrossStackReferences,
    Duration,
    ReferenceStrength,
    RemovalPolicy,
    Stack,
)
from aws_cdk import aws_backup as backup
from aws_cdk import aws_kms as kms

from infrastructure.names import named
from infrastructure.parts.backup import vault_name

if TYPE_CHECKING:
    from aws_cdk import Environment as Place
    from constructs import Construct

    from infrastructure.environments import Deployment


class RecoveryRegionStack(Stack):
    """Deployed before the monitor, since that copies to it. Use `key` and `vault`.

    What the monitor's stack takes from here it reads with `Fn::GetStackOutput`. The strong form
    of a reference across regions would be two custom resources in Node, and would keep this stack
    from being changed. Taking anything makes the monitor's stack depend on this one, so that
    `cdk deploy --all` makes this one first and `cdk destroy --all` removes it last.
    """

    def __init__(self, scope: Construct, id_: str, *, deployment: Deployment, env: Place) -> None:
        super().__init__(scope, id_, env=env)
        self.key = kms.Key(
            self,
            "Key",
            alias=named("recovery", deployment.suffix),
            description=f"Backups of {deployment.suffix} in the second region",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.vault = backup.CfnBackupVault(
            self,
            "Vault",
            backup_vault_name=vault_name(deployment.suffix),
            encryption_key_arn=self.key.key_arn,
        )
        self.vault.apply_removal_policy(RemovalPolicy.DESTROY)
        for crossing in (self.key, self.vault):
            CrossStackReferences.of(crossing).produce(ReferenceStrength.WEAK)
        CfnOutput(self, "RecoveryKeyArn", value=self.key.key_arn)
        CfnOutput(self, "RecoveryVaultArn", value=self.vault.attr_backup_vault_arn)
