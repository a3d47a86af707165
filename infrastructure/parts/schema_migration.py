"""The step of a deployment that brings the database to the schema its code expects."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import CfnResource, CustomResource, Duration
from constructs import Construct

from infrastructure.parts.functions import MIGRATION
from infrastructure.parts.packaging import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import IDependable

_SCHEMA = RUNTIME / "chalicelib" / "adapters" / "postgres"


class SchemaMigration(Construct):
    """Runs the migrations inside the VPC before anything that depends on it is made or changed.

    The function answers CloudFormation itself, through the S3 endpoint of the VPC: the provider
    framework of the CDK would be a second function, in Node. A failure fails the deployment, and
    what depends on this keeps its old code.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function_arn: str,
        after: Iterable[IDependable],
    ) -> None:
        super().__init__(scope, id_)
        step = CustomResource(
            self,
            "Step",
            resource_type="Custom::SchemaMigration",
            service_token=function_arn,
            service_timeout=Duration.seconds(MIGRATION.timeout_s + 60),
            # CloudFormation repeats the step whenever this changes.
            properties={"Migrations": fingerprint(_SCHEMA)},
        )
        step.node.add_dependency(*after)
        found = step.node.default_child
        assert isinstance(found, CfnResource)  # noqa: S101  # nosec B101  # the CDK makes it so
        self.step = found


def fingerprint(folder: Path) -> str:
    """Return a hash of the roles and of every migration below a folder."""
    digest = hashlib.sha256()
    for path in [folder / "roles.sql", *sorted((folder / "migrations").glob("[0-9]*.sql"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]
