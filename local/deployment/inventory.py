"""Everything that an account holds in a region, by kind, so that two moments can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Clients = Callable[[str, str], Any]  # (service, region) -> boto3 client
Inventory = frozenset[tuple[str, str, str]]  # (region, kind, name)

# service, call, key of the list, field of the name (empty: the list is of names)
_KINDS = (
    ("apigateway", "get_rest_apis", "items", "id"),
    ("backup", "list_backup_plans", "BackupPlansList", "BackupPlanId"),
    ("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("events", "list_rules", "Rules", "Name"),
    ("iam", "list_policies", "Policies", "Arn"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("kinesis", "list_streams", "StreamNames", ""),
    ("kms", "list_aliases", "Aliases", "AliasName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    ("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("ssm", "describe_parameters", "Parameters", "Name"),
)


def inventory(clients: Clients, *regions: str) -> Inventory:
    """Return what there is; keys that only wait for their seven days are not."""
    return frozenset(one for region in regions for one in _of(clients, region))


def _of(clients: Clients, region: str) -> Iterator[tuple[str, str, str]]:
    for service, call, key, field in _KINDS:
        kind = f"{service} {key}"
        for one in _listed(clients(service, region), call, key):
            yield region, kind, str(one[field] if field else one)
    yield from ((region, "kms Keys", key) for key in _keys(clients("kms", region)))


def _listed(client: Any, call: str, key: str) -> Iterator[Any]:
    if client.can_paginate(call):
        for page in client.get_paginator(call).paginate():
            yield from page.get(key, ())
    else:
        yield from getattr(client, call)().get(key, ())


def _keys(kms: Any) -> Iterator[str]:
    for one in _listed(kms, "list_keys", "Keys"):
        described = kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
        if described["KeyState"] != "PendingDeletion":
            yield one["KeyId"]
