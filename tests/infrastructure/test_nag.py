"""cdk-nag runs on expanded templates, with both packs, and is not fooled by overrides."""

from infrastructure.gates.nag import nag


def rules(template):
    return {(finding.rule, finding.resource) for finding in nag(template)}


def test_both_packs_reject_an_open_bucket_and_name_it():
    found = rules({"Resources": {"Archive": {"Type": "AWS::S3::Bucket"}}})

    assert ("AwsSolutions-S10", "Archive") in found
    assert ("NIST.800.53.R5-S3BucketSSLRequestsOnly", "Archive") in found


def test_each_wildcard_is_a_finding_of_its_own():
    statement = {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [trust | {"Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "all", "PolicyDocument": {"Statement": [statement]}}],
        },
    }

    found = rules({"Resources": {"Role": role}})

    assert ("AwsSolutions-IAM5[Action::s3:*]", "Role") in found
    assert ("AwsSolutions-IAM5[Action::sqs:*]", "Role") in found
    assert ("AwsSolutions-IAM5[Resource::*]", "Role") in found


def test_a_template_that_breaks_no_rule_has_no_findings():
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}

    assert rules({"Resources": {"Version": parameter}}) == set()
