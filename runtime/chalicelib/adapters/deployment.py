"""Answers CloudFormation, which waits for a step of its deployment and ends it if that fails."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PHYSICAL_ID = "schema-migration"  # the same for ever: an update then removes nothing
_WITHIN_S = 30
_LONGEST_REASON = 2_000  # CloudFormation takes an answer of 4,096 bytes


def answered(event: Mapping[str, Any], work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work and answer whoever sent the event: its outcome, or why it failed.

    An event that is not of CloudFormation gets the outcome alone. The removal of the step does
    nothing. Safe to repeat, as Lambda does when the answer could not be given.
    """
    if "ResponseURL" not in event:
        return work()
    outcome: dict[str, Any] = {}
    if event["RequestType"] != "Delete":
        try:
            outcome = work()
        except Exception as error:  # noqa: BLE001  # whatever it is, the deployment has to hear of it
            logger.exception("the step of the deployment failed")
            _answer(event, "FAILED", _reason(error))
            return {}
    _answer(event, "SUCCESS", json.dumps(outcome)[:_LONGEST_REASON])
    return outcome


def _reason(error: Exception) -> str:
    """Return what went wrong without PostgreSQL's second line, which may quote a record."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:_LONGEST_REASON]


def _answer(event: Mapping[str, Any], status: str, reason: str) -> None:
    """Put the answer where CloudFormation looks for it: a presigned address in S3."""
    body = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", _PHYSICAL_ID),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310  # the address comes from CloudFormation
        event["ResponseURL"],
        data=json.dumps(body).encode(),
        method="PUT",
        headers={"Content-Type": ""},  # S3 signed it without one
    )
    with urllib.request.urlopen(request, timeout=_WITHIN_S):  # noqa: S310  # nosec B310  # as above
        pass
