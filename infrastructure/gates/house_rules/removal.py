"""Holds every resource to go away with its deployment: nothing is left behind by hand."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import of_type

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
# CloudFormation's own default is a final snapshot, which destroying does not remove.
SNAPSHOT_BY_DEFAULT = {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster"}
PROTECTION = (
    "DeletionProtection",  # a user pool's is ACTIVE
    "DeletionProtectionEnabled",
    "EnableTerminationProtection",
    "LockConfiguration",  # of a vault: nobody can delete what is in it, and so not the vault
    "ObjectLockEnabled",  # of a bucket, just so
)
_OFF = (None, False, "false", "INACTIVE")
KMS_PENDING_DAYS = 7


def kept(template: Template) -> Iterator[Finding]:
    """Find resources that outlive their stack, or keep it from being destroyed."""
    for name, resource in template.get("Resources", {}).items():
        default = "Snapshot" if resource["Type"] in SNAPSHOT_BY_DEFAULT else "Delete"
        for policy in POLICIES:
            if (value := resource.get(policy, default)) != "Delete":
                yield Finding(rule="kept", resource=name, message=f"{policy} is {value}")
        for key in PROTECTION:
            if resource.get("Properties", {}).get(key) not in _OFF:
                yield Finding(rule="kept", resource=name, message=f"{key} is on")


def pending_keys(template: Template) -> Iterator[Finding]:
    """Find keys that are billed for longer than they have to be after the end."""
    for name, key in of_type(template, "AWS::KMS::Key"):
        days = key.get("PendingWindowInDays", 30)
        if days != KMS_PENDING_DAYS:
            message = f"waits {days} days to be deleted; {KMS_PENDING_DAYS} is the least"
            yield Finding(rule="pending-keys", resource=name, message=message)
