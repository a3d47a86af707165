"""Holds every alarm to dimensions that name what it watches, and to somebody who is told."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type

# Without its dimension a metric is one of the whole account, or none at all: then the alarm is
# quiet for ever. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
DIMENSIONS = {
    "AWS/ApiGateway": "ApiName",
    "AWS/Backup": "BackupVaultName",
    "AWS/Events": "RuleName",
    "AWS/Kinesis": "StreamName",
    "AWS/Lambda": "FunctionName",
    "AWS/RDS": "DBInstanceIdentifier",
    "AWS/SNS": "TopicName",
    "AWS/SQS": "QueueName",
}
OF_MAPPINGS = {  # published by event source mapping, not by function
    "DeletedEventCount",
    "DroppedEventCount",
    "FailedInvokeEventCount",
    "FilteredOutEventCount",
    "InvokedEventCount",
    "OnFailureDestinationDeliveredEventCount",
    "PolledEventCount",
}


def alarm_dimensions(template: Template) -> Iterator[Finding]:
    """Find alarms on metrics that lack the dimension under which the service publishes them."""
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm"):
        for metric in _metrics(alarm):
            if problem := _problem(metric):
                yield Finding(rule="alarm-dimensions", resource=name, message=problem)


def alarm_actions(template: Template) -> Iterator[Finding]:
    """Find alarms of which nobody hears that they went off, or that they are over."""
    for name, alarm in of_type(
        template, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
    ):
        for kind in ("AlarmActions", "OKActions"):
            if not alarm.get(kind) or alarm.get("ActionsEnabled") is False:
                yield Finding(rule="alarm-actions", resource=name, message=f"{kind} tell nobody")


def _metrics(alarm: Properties) -> Iterator[Properties]:
    if "MetricName" in alarm:
        yield alarm
    for entry in alarm.get("Metrics", []):
        if "MetricStat" in entry:
            yield entry["MetricStat"]["Metric"]


def _problem(metric: Properties) -> str | None:
    namespace, name = metric["Namespace"], metric["MetricName"]
    given = {dimension["Name"] for dimension in metric.get("Dimensions", [])}
    if not isinstance(namespace, str) or not namespace.startswith("AWS/"):
        return None if given else f"{name} has no dimension: it mixes all deployments"
    wanted = "EventSourceMappingUUID" if name in OF_MAPPINGS else DIMENSIONS.get(namespace)
    if wanted is None:
        return f"{namespace} is not in the table of dimensions of this rule"
    return None if wanted in given else f"{namespace} {name} lacks {wanted}, has {sorted(given)}"
