"""What is deployed passes every gate, in every environment, and nothing is excused for nothing."""

import pytest

from infrastructure.gates.acknowledged import ACKNOWLEDGED
from infrastructure.gates.findings import idle, unanswered
from infrastructure.gates.passing import findings
from tests.infrastructure.existing_network import VPC_ID

DEPLOYMENTS = {
    "dev": {},
    "staging": {},
    "prod": {},
    "existing network": {
        "environment": "dev",
        "suffix": "shared",
        "vpcId": VPC_ID,
    },
}


@pytest.fixture(scope="module")
def found(synthesize):
    """Return every finding by deployment; two to ten seconds each, so they are made once."""
    return {name: _found(synthesize, {"environment": name, **s}) for name, s in DEPLOYMENTS.items()}


def _found(synthesize, settings):
    made = synthesize(**settings)
    main = findings(made.template.to_json(), region="us-east-1")
    return [*main, *(findings(made.recovery, region="us-west-2") if made.recovery else [])]


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_no_finding_is_without_an_answer(found, deployment):
    assert [str(finding) for finding in unanswered(found[deployment], ACKNOWLEDGED)] == []


def test_no_answer_is_without_a_finding(found):
    everything = [finding for each in found.values() for finding in each]

    assert idle(everything, ACKNOWLEDGED) == []


def test_every_answer_says_why():
    assert [a for a in ACKNOWLEDGED if len(a.reason.split()) < 5] == []


def test_the_gates_have_something_to_look_at(found):
    assert all(found.values())
