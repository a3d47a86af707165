"""The examples of docs/api.md have the fields that the API answers with, and are taken by PUT."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest

from local.paths import PROJECT
from tests.builders import STUDENTS, attended, enrolled, scored, submitted

ADA = STUDENTS[0]
TEXT = (PROJECT / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"^```json (\S+)(?: (\S+))?\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
ANSWERS = {name: json.loads(body) for name, _, body in BLOCKS if name != "put"}
PUTS = [(path, json.loads(body)) for name, path, body in BLOCKS if name == "put"]

OPEN = {
    "evidence",
    "changes",
    "policy",
    "parts",
}  # differ by rule, or have a field for each threshold


def shape(value: Any) -> Any:
    """Return the names of a value's fields, all the way down, but for what has names of its own."""
    if isinstance(value, dict):
        return {name: None if name in OPEN else shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None


@pytest.fixture
def told(api) -> dict[str, Any]:
    """Have one student in one course, and all that the API tells of them."""
    for path, body in PUTS:
        api.put(path, body)
    api.consume(
        enrolled("e1", ADA, 0),
        submitted("s1", ADA, 1),
        scored("m1", ADA, 2, 10),
        attended("a1", ADA, 1, "present", "monday"),
    )
    api.sweep()
    contest(api, f"/v1/students/{ADA}/corrections")
    (alert,) = api.post("/v1/alerts/search", {"student": ADA})[1]["items"]
    whole = api.found(f"/v1/alerts/{alert['alert_id']}")
    (listed,) = (
        one for one in api.found("/v1/courses/MATH-1/students")["items"] if one["student"] == ADA
    )
    return {
        "as-of": told_of_the_past(api),
        "student": api.found(f"/v1/students/{ADA}"),
        "students": listed,
        "courses": api.found("/v1/courses")["items"][0],
        "course": api.found("/v1/courses/MATH-1"),
        "alerts": alert,
        "alert": {name: one for name, one in whole.items() if name not in alert},
        "health": api.found("/v1/health/details"),
        "policy": api.found("/v1/courses/MATH-1/policy"),
        "shadow": api.found("/v1/courses/MATH-1/policy/shadow"),
        "shadow-report": api.found("/v1/policy/shadow/report"),
    }


def contest(api, path: str) -> None:
    """Have a statement beside a record that was not corrected."""
    api.post(path, {"about": "quiz-1", "wanted": "80 %", "course": "MATH-1"})
    api.put(f"{path}/1/decision", {"decision": "refused", "reason": "it is right"})
    api.put(f"{path}/1/statement", {"statement": "I handed in four pages."})


def told_of_the_past(api) -> dict[str, Any]:
    """Return what is told of a past moment beside a student's page; what was written bears now."""
    moment, api.clock.moment = api.clock.moment, dt.datetime.now(dt.UTC)
    page = api.found(f"/v1/students/{ADA}/as-of/{api.clock.moment:%Y-%m-%dT%H:%M:%S.%fZ}")
    api.clock.moment = moment
    return {name: page["courses"][0][name] for name in ("risk", "findings", "class")}


def test_every_example_has_the_fields_of_the_answer(told):
    assert {name: shape(one) for name, one in ANSWERS.items()} == {
        name: shape(one) for name, one in told.items()
    }


def test_every_example_of_a_put_is_taken(api):
    assert len(PUTS) == 6
    assert [api.put(path, body)[0] for path, body in PUTS] == [201] * 6
