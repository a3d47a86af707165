"""A step of a deployment: whoever waits for it hears how it ended, whatever happens."""

from __future__ import annotations

import urllib.error
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.deployment import answered
from tests.cloudformation import NAMED, CloudFormation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    with CloudFormation() as server:
        yield server


def never() -> dict[str, Any]:
    raise AssertionError("nothing was to be done")


def fails() -> dict[str, Any]:
    raise ValueError("could not create unique index\nDETAIL: Key (student)=(Ada) is duplicated")


def test_success_is_told_with_what_was_done(cloudformation):
    assert answered(cloudformation.event(), lambda: {"applied": ["0001"]}) == {"applied": ["0001"]}

    assert cloudformation.answers == [
        {
            "Status": "SUCCESS",
            "Reason": '{"applied": ["0001"]}',
            "PhysicalResourceId": "schema-migration",
            **NAMED,
        }
    ]


def test_failure_is_told_without_what_a_record_holds(cloudformation):
    answered(cloudformation.event("Update"), fails)

    [answer] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "ValueError: could not create unique index"


def test_removal_does_nothing_and_says_so(cloudformation):
    event = {**cloudformation.event("Delete"), "PhysicalResourceId": "as-made"}
    answered(event, never)

    [answer] = cloudformation.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "as-made")


def test_an_answer_that_is_not_taken_is_an_error_so_that_lambda_tries_again(cloudformation):
    cloudformation.status = 503

    with pytest.raises(urllib.error.HTTPError):
        answered(cloudformation.event(), dict)


def test_whoever_is_not_a_deployment_gets_the_outcome_alone():
    assert answered({"source": "aws.events"}, lambda: {"applied": []}) == {"applied": []}
    with pytest.raises(ValueError, match="unique index"):
        answered({}, fails)
