"""The SAM expansion, and the rule that every acknowledgement has to match something."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_ssm as ssm
from samtranslator.model.exceptions import InvalidDocumentException

from infrastructure.gates.__main__ import main
from infrastructure.gates.expansion import SAM, expand
from infrastructure.gates.findings import Acknowledgement, Finding, idle, unanswered

WILDCARD = Finding(rule="AwsSolutions-IAM5[Resource::*]", resource="ConsumerRole", message="...")
ON_CONSUMER = Acknowledgement(
    rule="AwsSolutions-IAM5[Resource::*]", resource="Consumer*", reason="X-Ray takes no resource."
)


def function(**event):
    return {
        "Transform": SAM,
        "Resources": {
            "Consumer": {
                "Type": "AWS::Serverless::Function",
                "Metadata": {"aws:cdk:path": "Monitor/Consumer"},
                "Properties": {
                    "CodeUri": "s3://assets/key",
                    "Handler": "app.consume_events",
                    "Runtime": "python3.13",
                    "Events": {"Stream": {"Type": "Kinesis", "Properties": event}},
                },
            }
        },
    }


def test_expansion_shows_what_is_deployed_and_needs_no_credentials(monkeypatch):
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(variable, raising=False)

    template = expand(function(Stream="arn:aws:kinesis:::stream/s", StartingPosition="LATEST"))

    types = {resource["Type"] for resource in template["Resources"].values()}
    assert types == {
        "AWS::Lambda::Function",
        "AWS::Lambda::EventSourceMapping",
        "AWS::IAM::Role",
    }
    assert "Transform" not in template


def test_expansion_refuses_a_misspelt_event_property():
    misspelt = function(Stream="arn:aws:kinesis:::stream/s", StartPosition="LATEST")

    with pytest.raises(InvalidDocumentException, match="StartPosition not defined"):
        expand(misspelt)


def test_expansion_leaves_its_input_and_plain_templates_alone():
    plain = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    sam = function(Stream="arn:aws:kinesis:::stream/s", StartingPosition="LATEST")

    expand(sam)

    assert expand(plain) == plain
    assert sam["Transform"] == SAM
    assert sam["Resources"]["Consumer"]["Type"] == "AWS::Serverless::Function"


def test_a_finding_is_passed_only_by_an_acknowledgement_of_its_rule_and_resource():
    elsewhere = Finding(rule=WILDCARD.rule, resource="ApiRole", message="...")
    other_rule = Finding(
        rule="AwsSolutions-IAM5[Action::s3:*]", resource="ConsumerRole", message=""
    )

    assert unanswered([WILDCARD, elsewhere, other_rule], [ON_CONSUMER]) == [other_rule, elsewhere]


def test_brackets_and_dots_in_a_rule_stand_for_themselves():
    assert not ON_CONSUMER.covers(
        Finding(rule="AwsSolutions-IAM5R", resource="ConsumerRole", message="")
    )


def test_an_acknowledgement_that_nothing_needs_is_named():
    assert idle([WILDCARD], [ON_CONSUMER]) == []
    assert idle([], [ON_CONSUMER]) == [ON_CONSUMER]


@pytest.fixture
def assembled(tmp_path):
    def assemble(name, *, code="print()"):
        (tmp_path / "code.py").write_text(code)
        app = cdk.App(outdir=str(tmp_path / name), analytics_reporting=False)
        stack = cdk.Stack(app, "Stack", env=cdk.Environment(region="us-west-2"))
        assets.Asset(stack, "Code", path=str(tmp_path / "code.py"))
        ssm.CfnParameter(stack, "Version", type="String", value="1")
        app.synth()
        return str(tmp_path / name)

    return assemble


def test_an_assembly_that_passes_may_be_deployed(assembled, capsys):
    assert main([assembled("dev"), assembled("prod")]) == 0
    assert "Nothing against" in capsys.readouterr().out


def test_an_assembly_that_does_not_pass_is_refused_in_words(assembled, capsys):
    folder = assembled("dev")
    template = Path(folder) / "Stack.template.json"
    content = json.loads(template.read_text())
    content["Resources"]["Version"]["DeletionPolicy"] = "Retain"
    template.write_text(json.dumps(content))

    assert main([folder]) == 1
    assert "Stack: kept on Version: DeletionPolicy is Retain" in capsys.readouterr().out


def test_code_that_was_not_tried_before_is_not_promoted(assembled, capsys):
    assert main([assembled("dev"), assembled("prod", code="print(2)")]) == 1
    assert "differs" in capsys.readouterr().out


def test_no_assembly_is_no_pass():
    assert main([]) == 1
