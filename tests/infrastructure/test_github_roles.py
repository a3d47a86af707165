"""A workflow of one repository and one environment may take the bootstrap roles, no more."""

import json

import pytest
from aws_cdk import App, assertions

from infrastructure.context import ContextError
from infrastructure.gates.acknowledged import ACKNOWLEDGED
from infrastructure.gates.findings import unanswered
from infrastructure.gates.passing import findings
from infrastructure.github import build
from infrastructure.github_context import pipeline_from
from infrastructure.stacks.github_roles import ISSUER

CONTEXT = {
    "githubRepository": "school@12345/monitor@67890",
    "githubEnvironments": "dev,staging=222222222222,prod=333333333333",
    "costCenter": "4711",
}


def made(**more):
    stack = build(App(), pipeline_from({**CONTEXT, **more}))
    return assertions.Template.from_stack(stack).to_json()


@pytest.fixture(scope="module")
def template():
    return made()


def roles(template):
    return {
        resource["Properties"]["RoleName"]: resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
    }


def policy_of(template, role):
    (found,) = (
        resource["Properties"]["PolicyDocument"]["Statement"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy"
        and role in json.dumps(resource["Properties"]["Roles"])
    )
    return found


SUBJECTS = {
    "github-deploy-dev": "dev",
    "github-deploy-staging": "staging",
    "github-deploy-prod": "prod",
    "github-diff-dev": "dev-diff",
    "github-diff-staging": "staging-diff",
    "github-diff-prod": "prod-diff",
}


def test_each_role_is_for_one_environment_of_one_repository(template):
    found = roles(template)

    assert set(found) == set(SUBJECTS)
    for name, environment in SUBJECTS.items():
        (statement,) = found[name]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Condition"] == {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": f"repo:school@12345/monitor@67890:environment:{environment}",
            }
        }


@pytest.mark.parametrize(
    ("role", "account", "taken"),
    [
        ("deploystaging", "222222222222", ["deploy", "file-publishing", "lookup"]),
        ("deployprod", "333333333333", ["deploy", "file-publishing", "lookup"]),
        ("diffprod", "333333333333", ["lookup"]),
    ],
)
def test_a_role_may_take_bootstrap_roles_of_its_account_alone(template, role, account, taken):
    (statement,) = policy_of(template, role)

    assert statement["Action"] == "sts:AssumeRole"
    assert [resource["Fn::Join"][1][2] for resource in (statement["Resource"])] == [
        f":iam::{account}:role/cdk-hnb659fds-{bootstrapped}-role-{account}-{region}"
        for region in ("us-east-1", "us-west-2")
        for bootstrapped in taken
    ]


def test_an_environment_without_an_account_is_in_that_of_the_stack(template):
    (statement,) = policy_of(template, "deploydev")

    assert all({"Ref": "AWS::AccountId"} in r["Fn::Join"][1] for r in statement["Resource"])


def test_a_bootstrap_under_another_qualifier_is_followed():
    app = App(context={"@aws-cdk/core:bootstrapQualifier": "school01"})
    template = assertions.Template.from_stack(build(app, pipeline_from(CONTEXT))).to_json()

    assert "cdk-school01-deploy-role-" in json.dumps(template["Resources"])


def test_the_provider_of_an_account_is_made_once():
    assert "AWS::IAM::OIDCProvider" in json.dumps(made())
    assert "AWS::IAM::OIDCProvider" not in json.dumps(made(githubProvider="existing"))
    assert "oidc-provider/token.actions" in json.dumps(made(githubProvider="existing"))


def test_a_repository_of_before_july_2026_has_no_numbers_in_its_subject():
    assert "repo:school/monitor:environment:dev" in json.dumps(
        made(githubRepository="school/monitor")
    )


def test_everything_that_is_wrong_is_said_at_once():
    wrong = {
        "githubRepository": "school/*",
        "githubEnvironments": "dev,prod=1",
        "costCenter": "a;b",
    }

    with pytest.raises(ContextError) as told:
        pipeline_from(wrong)

    assert all(name in str(told.value) for name in wrong)


def test_every_gate_passes(template):
    found = findings(template, region="us-east-1")

    assert [str(finding) for finding in unanswered(found, ACKNOWLEDGED)] == []
