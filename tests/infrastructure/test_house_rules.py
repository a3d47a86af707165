"""Each house rule passes a good template, and rejects each way of breaking it."""

import pytest

from infrastructure.gates.house_rules import RULES, house_rules
from tests.infrastructure.house_template import ABSENT, GOOD, TLS, arn, changed, ref, resource

CRON = "Plan.BackupPlan.BackupPlanRule.0.ScheduleExpression"
RULE = "Plan.BackupPlan.BackupPlanRule.0"
ALL = [{"Effect": "Allow", "Principal": "*", "Action": "*"}]
ANY = {"Statement": [{"Effect": "Allow", "Action": ["xray:Put"], "Resource": ["*"]}]}

BROKEN = {
    "a stream that takes plain HTTP": ("tls-only", {"StreamPolicy.ResourcePolicy.Statement": []}),
    "a denial that is for one principal only": (
        "tls-only",
        {"QueuePolicy.PolicyDocument.Statement": TLS | {"Principal": {"AWS": "arn:aws:iam::1:x"}}},
    ),
    "a denial of one action only": (
        "tls-only",
        {"StreamPolicy.ResourcePolicy.Statement": [TLS | {"Action": "kinesis:PutRecord"}]},
    ),
    "a denial of what is another's": (
        "tls-only",
        {"StreamPolicy.ResourcePolicy.Statement": [TLS | {"Resource": arn("Queue")}]},
    ),
    "a topic without a policy": ("tls-only", {"Topic": resource("SNS::Topic")}),
    "a bucket whose policy denies plain HTTP to nobody": (
        "tls-only",
        {
            "Bucket": resource("S3::Bucket"),
            "BucketPolicy": resource(
                "S3::BucketPolicy",
                Bucket=ref("Bucket"),
                PolicyDocument={"Statement": TLS | {"Condition": {}}},
            ),
        },
    ),
    "a mapping from the latest record": (
        "mapping-settings",
        {"Mapping.StartingPosition": "LATEST"},
    ),
    "a mapping that ignores answers": ("mapping-settings", {"Mapping.FunctionResponseTypes": []}),
    "a mapping that does not bisect": (
        "mapping-settings",
        {"Mapping.BisectBatchOnFunctionError": False},
    ),
    "a mapping that gives up": ("mapping-settings", {"Mapping.MaximumRetryAttempts": 3}),
    "a mapping without metrics": ("mapping-settings", {"Mapping.MetricsConfig": ABSENT}),
    "a mapping without a destination": ("mapping-settings", {"Mapping.DestinationConfig": ABSENT}),
    "records as old as the stream keeps": (
        "mapping-settings",
        {"Mapping.MaximumRecordAgeInSeconds": 604_800},
    ),
    "records of any age": ("mapping-settings", {"Mapping.MaximumRecordAgeInSeconds": ABSENT}),
    "a stream that forgets before the mapping does": (
        "mapping-settings",
        {"Stream.RetentionPeriodHours": 24},
    ),
    "an alarm on no stream in particular": ("alarm-dimensions", {"Alarm.Dimensions": []}),
    "a backup alarm by another name": (
        "alarm-dimensions",
        {"Alarm.Namespace": "AWS/Backup", "Alarm.Dimensions": [{"Name": "Vault", "Value": "v"}]},
    ),
    "an alarm of a service that nobody checked": (
        "alarm-dimensions",
        {"Alarm.Namespace": "AWS/Unheard", "Alarm.Dimensions": [{"Name": "X", "Value": "v"}]},
    ),
    "a metric of ours that mixes all deployments": (
        "alarm-dimensions",
        {"Alarm.Namespace": "Monitor", "Alarm.Dimensions": ABSENT},
    ),
    "a formula over a metric without its dimension": (
        "alarm-dimensions",
        {
            "Alarm.MetricName": ABSENT,
            "Alarm.Metrics": [
                {"MetricStat": {"Metric": {"Namespace": "AWS/SQS", "MetricName": "Age"}}}
            ],
        },
    ),
    "an alarm that tells nobody": ("alarm-actions", {"Alarm.AlarmActions": []}),
    "an alarm whose end nobody hears of": ("alarm-actions", {"Alarm.OKActions": ABSENT}),
    "an alarm that is switched off": ("alarm-actions", {"Alarm.ActionsEnabled": False}),
    "a composite that tells nobody": (
        "alarm-actions",
        {"Ingest": resource("CloudWatch::CompositeAlarm", AlarmRule="ALARM(x)")},
    ),
    "a backup every five minutes": ("backup-plans", {CRON: "cron(0/5 * * * ? *)"}),
    "a backup at two minutes of the hour": ("backup-plans", {CRON: "cron(0,30 * * * ? *)"}),
    "a backup each minute": ("backup-plans", {CRON: "cron(* * * * ? *)"}),
    "a backup by a rate of minutes": ("backup-plans", {CRON: "rate(30 minutes)"}),
    "a start window below an hour": ("backup-plans", {f"{RULE}.StartWindowMinutes": 30}),
    "no time to complete": ("backup-plans", {f"{RULE}.CompletionWindowMinutes": 90}),
    "cold storage": ("backup-plans", {f"{RULE}.Lifecycle.MoveToColdStorageAfterDays": 30}),
    "cold storage of the copy": (
        "backup-plans",
        {f"{RULE}.CopyActions.0.Lifecycle.MoveToColdStorageAfterDays": 30},
    ),
    "backups for ever": ("backup-plans", {f"{RULE}.Lifecycle.DeleteAfterDays": ABSENT}),
    "a continuous backup for a year": ("backup-plans", {f"{RULE}.Lifecycle.DeleteAfterDays": 365}),
    "a function's log kept for a year": ("function-logs", {"Log.RetentionInDays": 365}),
    "a function's log kept for a day": ("function-logs", {"Log.RetentionInDays": 1}),
    "a function whose log Lambda makes": ("function-logs", {"Consumer.LoggingConfig": ABSENT}),
    "a log kept for ever": ("log-retention", {"Other": resource("Logs::LogGroup")}),
    "a route without security": (
        "open-route[POST /v1/events]",
        {"Api.Body.paths./v1/events.post.security": ABSENT},
    ),
    "a route with a way around": (
        "open-route[POST /v1/events]",
        {"Api.Body.paths./v1/events.post.security": [{"sigv4": []}, {}]},
    ),
    "a route whose scheme is not defined": (
        "open-route[POST /v1/events]",
        {"Api.Body.paths./v1/events.post.security": [{"token": []}]},
    ),
    "a route with no more than an API key": (
        "open-route[POST /v1/events]",
        {
            "Api.Body.securityDefinitions.api_key": {"type": "apiKey"},
            "Api.Body.paths./v1/events.post.security": [{"api_key": []}],
        },
    ),
    "a method without an authorizer": ("open-route", {"Method": resource("ApiGateway::Method")}),
    "a function's own address": (
        "open-route",
        {"Address": resource("Lambda::Url", AuthType="NONE")},
    ),
    "an action on every resource": (
        "any-resource[xray:Put]",
        {"Policy": resource("IAM::Policy", PolicyDocument=ANY)},
    ),
    "an inline action on every resource": (
        "any-resource[kinesis:GetRecords]",
        {"Role.Policies.0.PolicyDocument.Statement.Resource": "*"},
    ),
    "a key for everybody": ("anyone", {"Key.KeyPolicy.Statement": ALL}),
    "a role that everybody may take": (
        "anyone",
        {"Role.AssumeRolePolicyDocument": {"Statement": ALL}},
    ),
    "a key that waits a month": ("pending-keys", {"Key.PendingWindowInDays": ABSENT}),
    "a database that leaves a snapshot": (
        "kept",
        {"Other": resource("RDS::DBInstance", VPCSecurityGroups=["sg-1"])},
    ),
    "a database that refuses to go": ("kept", {"Database.DeletionProtection": True}),
    "a user pool that refuses to go": (
        "kept",
        {"People": resource("Cognito::UserPool", DeletionProtection="ACTIVE")},
    ),
    "a vault whose backups nobody may delete": (
        "kept",
        {"Vault": resource("Backup::BackupVault", LockConfiguration={"MinRetentionDays": 7})},
    ),
    "a bucket whose objects nobody may delete": (
        "kept",
        {
            "Bucket": resource("S3::Bucket", ObjectLockEnabled=True),
            "BucketPolicy": resource(
                "S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument={"Statement": TLS}
            ),
        },
    ),
    "a log that stays": (
        "kept",
        {"Log": resource("Logs::LogGroup", RetentionInDays=7) | {"DeletionPolicy": "Retain"}},
    ),
    "a group open to an address": (
        "groups-only",
        {"Group.SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8"}]},
    ),
    "a group that may go out to anywhere": ("groups-only", {"Group.SecurityGroupEgress": ABSENT}),
    "a group whose only rule for going out is for another": (
        "groups-only",
        {"CallersOut.GroupId": ref("Group")},
    ),
    "a rule open to all of IPv6": (
        "groups-only",
        {"Way": resource("EC2::SecurityGroupIngress", CidrIpv6="::/0")},
    ),
    "an endpoint in one zone of two": ("zones", {"ToKms.SubnetIds": [ref("Left")]}),
    "a database in one zone of two": ("zones", {"Subnets.SubnetIds": [ref("Right")]}),
    "functions in one zone of two": ("zones", {"Consumer.VpcConfig.SubnetIds": [ref("Left")]}),
    "all in one zone": ("zones", {"Right.AvailabilityZone": "us-east-1a"}),
    "endpoints in other subnets of an existing network": (
        "zones",
        {"ToKms.SubnetIds": ["subnet-1", "subnet-2"]},
    ),
    "a function in the default group": (
        "own-groups",
        {"Consumer.VpcConfig.SecurityGroupIds": []},
    ),
    "an endpoint in the default group": ("own-groups", {"ToKms.SecurityGroupIds": ABSENT}),
    "a database in the default group": ("own-groups", {"Database.VPCSecurityGroups": ABSENT}),
    "a subnet without a way to S3": ("s3-reachable", {"RightRoutes": ABSENT}),
    "no way to S3": ("s3-reachable", {"ToS3.RouteTableIds": []}),
    "a way to another service": (
        "s3-reachable",
        {"ToS3.ServiceName": "com.amazonaws.us-east-1.dynamodb"},
    ),
}


def test_a_good_template_passes_every_rule():
    assert house_rules(GOOD) == []


@pytest.mark.parametrize("way", BROKEN)
def test_the_rule_rejects(way):
    rule, changes = BROKEN[way]

    assert {finding.rule for finding in house_rules(changed(changes))} == {rule}


def test_every_rule_has_a_template_that_it_rejects():
    broken = [changed(changes) for _, changes in BROKEN.values()]

    idle = [rule.__name__ for rule in RULES if not any(list(rule(bad)) for bad in broken)]
    assert idle == []


@pytest.mark.parametrize("schedule", ["cron(0 5 ? * SUN *)", "cron(15 * * * ? *)", "rate(1 hour)"])
def test_schedules_of_an_hour_or_more_pass(schedule):
    assert house_rules(changed({CRON: schedule})) == []
