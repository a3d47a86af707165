from __future__ import annotations

import json
import types

import pytest
from aws_cdk import App, Environment, Stack, assertions
from aws_cdk import aws_sns as sns

from chalicelib import telemetry
from infrastructure.parts import metrics
from infrastructure.parts.alarms.alarms import Alarms
from infrastructure.parts.dashboard import Dashboard
from tests.infrastructure.watched import WATCHED


@pytest.fixture(scope="module")
def body() -> dict:
    stack = Stack(App(), "S", env=Environment(region="us-east-1", account="111122223333"))
    deployment = types.SimpleNamespace(suffix="blue")
    topic = sns.Topic(stack, "Operators")
    alarms = Alarms(stack, "Alarms", deployment=deployment, topic=topic, watched=WATCHED)
    Dashboard(stack, "Dashboard", deployment=deployment, watched=WATCHED, alarms=alarms.alarms)
    template = assertions.Template.from_stack(stack)
    (found,) = template.find_resources("AWS::CloudWatch::Dashboard").values()
    assert found["Properties"]["DashboardName"] == "student-performance-blue"
    joined = found["Properties"]["DashboardBody"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "an-arn" for part in joined)
    read: dict = json.loads(text)
    return read


def shown(body: dict) -> list[list]:
    return [m for w in body["widgets"] for m in w["properties"].get("metrics", [])]


def graph(body: dict, title: str) -> list[str]:
    (found,) = [w for w in body["widgets"] if w["properties"]["title"].startswith(title)]
    return [metric[1] for metric in found["properties"]["metrics"]]


@pytest.mark.parametrize(
    ("title", "metrics_shown"),
    [
        ("Alerts raised", ["AlertsOpened", "AlertsCleared"]),
        ("Events in", ["EventsAccepted", "EventsRejected", "EventsUnavailable"]),
        ("Events out", ["EventsStored", "EventsRepeated", "EventsQuarantined"]),
        ("Lag", ["GetRecords.IteratorAgeMilliseconds", "BatchMilliseconds", "BatchesHeld"]),
        ("Database: processors", ["CPUUtilization", "DatabaseConnections"]),
    ],
)
def test_each_question_has_its_graph(body, title, metrics_shown):
    assert graph(body, title) == metrics_shown


def test_alerts_are_counted_by_the_hour(body):
    for metric in shown(body):
        if metric[1] in {"AlertsOpened", "AlertsCleared"}:
            assert metric[-1]["period"] == 3600


def test_every_metric_of_ours_is_one_that_the_runtime_emits_for_this_deployment(body):
    ours = [metric for metric in shown(body) if metric[0] == metrics.NAMESPACE]

    assert {m[1] for m in ours} <= {telemetry.name_of(m) for m in telemetry.Metric}
    for metric in ours:
        assert dict(zip(metric[2:-1:2], metric[3:-1:2], strict=True)) == {
            "service": telemetry.SERVICE,
            "environment": "blue",
        }


def test_every_metric_has_dimensions(body):
    assert all(len(metric) >= 5 for metric in shown(body))


def test_every_alarm_is_shown(body):
    (status,) = [w for w in body["widgets"] if w["type"] == "alarm"]

    assert len(status["properties"]["alarms"]) > 30
