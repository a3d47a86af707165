"""The tags that everything carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Tags

if TYPE_CHECKING:
    from constructs import IConstruct

    from infrastructure.environments import Deployment

# CloudFormation's schema of it knows no tags, though the CDK's construct has the property.
_UNTAGGED = ["AWS::RDS::DBProxyTargetGroup"]


def tag(scope: IConstruct, deployment: Deployment) -> None:
    """Tag everything below a construct."""
    tags = {
        "Project": deployment.project,
        "Environment": deployment.suffix,
        "CostCenter": deployment.cost_center,
        "ManagedBy": "cdk",
        "DataClassification": "education-records",  # FERPA, 34 CFR 99.3
    }
    for name, value in tags.items():
        Tags.of(scope).add(name, value, exclude_resource_types=_UNTAGGED)
