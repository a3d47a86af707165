from __future__ import annotations

import types

import pytest
from aws_cdk import App, Environment, Stack, assertions
from aws_cdk import aws_kms as kms

from infrastructure.parts.notifications import Notifications

PUBLISHERS = {"cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "events.amazonaws.com"}


@pytest.fixture(scope="module")
def template() -> assertions.Template:
    stack = Stack(App(), "S", env=Environment(region="us-east-1", account="111122223333"))
    deployment = types.SimpleNamespace(suffix="blue", admin_email="ops@example.org")
    Notifications(stack, "Notifications", deployment=deployment, key=kms.Key(stack, "Messages"))
    return assertions.Template.from_stack(stack)


def only(template: assertions.Template, kind: str) -> list[dict]:
    return [found["Properties"] for found in template.find_resources(kind).values()]


def test_operators_are_told_by_e_mail(template):
    named = {"Properties": {"TopicName": "operator-notices-blue"}}
    [operators] = template.find_resources("AWS::SNS::Topic", named)

    assert only(template, "AWS::SNS::Subscription") == [
        {"Protocol": "email", "Endpoint": "ops@example.org", "TopicArn": {"Ref": operators}}
    ]


def test_topics_carry_the_suffix_and_are_encrypted_by_our_key(template):
    topics = only(template, "AWS::SNS::Topic")

    assert {topic["TopicName"] for topic in topics} == {
        "operator-notices-blue",
        "student-alerts-blue",
    }
    assert all("Fn::GetAtt" in topic["KmsMasterKeyId"] for topic in topics)


def test_every_topic_refuses_what_is_not_tls(template):
    guarded = []
    for policy in only(template, "AWS::SNS::TopicPolicy"):
        statements = policy["PolicyDocument"]["Statement"]
        [denial] = [one for one in statements if one["Effect"] == "Deny"]
        assert denial["Action"] == "sns:Publish"
        assert denial["Principal"] == "*"
        assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert policy["Topics"] == [denial["Resource"]]
        guarded.append(denial["Resource"]["Ref"])

    assert sorted(guarded) == sorted(template.find_resources("AWS::SNS::Topic"))


def test_services_publish_for_this_account_only(template):
    allowed = [
        statement
        for policy in only(template, "AWS::SNS::TopicPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]

    assert {statement["Principal"]["Service"] for statement in allowed} == PUBLISHERS
    for statement in allowed:
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "111122223333"


def test_the_key_serves_each_publisher_for_that_topic_and_nothing_else(template):
    key = only(template, "AWS::KMS::Key")[0]
    served = [s for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"]]

    assert {statement["Principal"]["Service"] for statement in served} == PUBLISHERS
    for statement in served:
        assert "operator-notices-blue" in str(statement["Condition"]["StringEquals"])
        assert "aws:SourceAccount" not in str(statement["Condition"])  # EventBridge breaks on it
