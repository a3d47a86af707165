"""cfn-lint runs on expanded templates, with its advice as well as its errors."""

from infrastructure.gates.lint import lint


def found(resource, **properties):
    findings = lint({"Resources": {"It": {"Type": resource, "Properties": properties}}})
    return {(finding.rule[0], finding.resource) for finding in findings}


def test_a_misspelt_property_is_an_error():
    assert ("E", "It") in found("AWS::Kinesis::Stream", ShardCout=1)


def test_a_value_that_the_service_would_refuse_is_an_error():
    assert ("E", "It") in found("AWS::SQS::Queue", MessageRetentionPeriod=9_999_999)


def test_advice_is_a_finding_too():
    assert ("I", "It") in found("AWS::Kinesis::Stream", ShardCount=1)


def test_a_good_template_has_no_findings():
    assert found("AWS::SSM::Parameter", Type="String", Value="1") == set()
