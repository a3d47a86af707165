"""The documents that the API gives of itself agree with what it does."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest
from chalice.config import Config
from chalice.deploy.validate import validate_configuration
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as front
from chalicelib import bootstrap
from chalicelib.domain import events
from chalicelib.domain.conversion import InvalidEventError
from chalicelib.domain.reading import read_event
from chalicelib.settings import Settings
from local.paths import PROJECT
from tests.signed_in import ISSUED, SignedIn
from tests.unit.test_read_event import CLICKS, EVERY_TYPE, KEY, MARK, WORK

BAD = [
    {**WORK, "event_type": "grade_changed"},
    {**WORK, "colour": "red"},
    {**WORK, "event_id": ""},
    {**WORK, "event_id": "e\n"},
    {**WORK, "student_id": "S" * 129},
    {**WORK, "attempt": 0},
    {**WORK, "metadata": []},
    {**MARK, "max_score": 0},
    {**MARK, "score": "7"},
    {**CLICKS, "count": None},
    {name: value for name, value in CLICKS.items() if name != "count"},
    {name: value for name, value in WORK.items() if name != "item_id"},
]


@pytest.fixture(scope="module")
def served() -> dict[str, Any]:
    built = bootstrap.build(Settings(**ISSUED.settings))
    with bootstrap.using(dataclasses.replace(built, keys=ISSUED)):
        client = SignedIn(front.app)
        return {
            path: client.http.get(path).json_body
            for path in ("/v1/openapi.json", "/v1/event-schema.json")
        }


@pytest.fixture(scope="module")
def schema(served: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(served["/v1/event-schema.json"])


def test_the_document_is_openapi_3_1(served):
    document = served["/v1/openapi.json"]

    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_has_each_route_and_no_other(served):
    documented = {
        (path, method.upper())
        for path, methods in served["/v1/openapi.json"]["paths"].items()
        for method in methods
    }

    assert documented == {(path, m) for path, methods in front.app.routes.items() for m in methods}


def test_every_operation_says_what_it_is_and_how_it_fails(served):
    for methods in served["/v1/openapi.json"]["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            refusals = [a for status, a in operation["responses"].items() if status >= "400"]
            assert all("application/problem+json" in answer["content"] for answer in refusals)
            assert {"429", "503"} <= set(operation["responses"])
            names = [(p["in"], p["name"]) for p in operation["parameters"]]
            assert len(names) == len(set(names))


@pytest.mark.parametrize("event", EVERY_TYPE, ids=lambda event: event["event_type"])
def test_what_the_decoder_takes_the_schema_takes(schema, event):
    assert read_event(json.dumps(event).encode(), KEY).event_id == event["event_id"]
    assert schema.is_valid(event)


@pytest.mark.parametrize("event", BAD, ids=json.dumps)
def test_what_the_schema_refuses_the_decoder_refuses(schema, event):
    assert not schema.is_valid(event)
    with pytest.raises(InvalidEventError):
        read_event(json.dumps(event).encode(), KEY)


def test_the_schema_has_every_type_of_event(served):
    named = served["/v1/event-schema.json"]["discriminator"]["mapping"]

    assert set(named) == {kind.__struct_config__.tag for kind in events.TYPES}


def test_chalice_takes_the_configuration():
    settings = json.loads((PROJECT / "runtime/.chalice/config.json").read_text())
    role = {"iam_role_arn": "arn:aws:iam::000000000000:role/monitor"}  # from what deploys it
    config = Config(
        chalice_stage="dev",
        user_provided_params={"project_dir": str(PROJECT / "runtime"), "chalice_app": front.app},
        config_from_disk=settings | role,
    )

    validate_configuration(config)
    assert settings["app_name"] == front.app.app_name
