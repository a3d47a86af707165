"""Nobody gets in without a token, but to ask after the system's health."""

from __future__ import annotations

import dataclasses
import sys
import time
from typing import Any

import pytest

import app as front
from chalicelib import bootstrap
from chalicelib.adapters.issuer import IssuerKeys
from local.identity import named
from tests.signed_in import SignedIn, token

ROUTES = [
    (method, path.replace("{", "").replace("}", ""))
    for path, methods in front.app.routes.items()
    for method in methods
]
OPEN = {("GET", "/v1/health")}


def test_one_route_is_open_and_no_other():
    assert {
        (method, path)
        for path, methods in front.app.routes.items()
        for method, entry in methods.items()
        if entry.authorizer is None
    } == OPEN


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_it_is_401(api, method, path):
    status = api.as_("").client.http.request(method, path, body=b"{}").status_code

    assert status == (200 if (method, path) in OPEN else 401)


NOW = int(time.time())
BAD: dict[str, str] = {
    "none": "Bearer ",
    "another scheme": "Basic YWRhOmFkYQ==",
    "no scheme": token(named("administrator")),
    "nonsense": "Bearer nonsense",
    "expired": f"Bearer {token(named('administrator'), exp=NOW - 60)}",
    "another issuer's": f"Bearer {token(named('administrator'), iss='https://evil.example')}",
    "for another": f"Bearer {token(named('administrator'), aud='other')}",
}


@pytest.mark.parametrize("authorization", BAD.values(), ids=BAD.keys())
def test_with_a_bad_token_it_is_401_with_a_problem_document(api, authorization):
    answer = api.client.http.get("/v1/courses", headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json_body["type"] == "/problems/not-signed-in"
    assert answer.json_body["instance"] == answer.headers["X-Correlation-Id"]


def test_a_scheme_is_known_however_it_is_written(api):
    for scheme in ("bearer", "BEARER", "Bearer "):
        headers = {"Authorization": f"{scheme} {token(named('administrator'))}"}
        assert api.client.http.get("/v1/courses", headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["educator", "adviser", "registrar", "student", "platform"])
def test_everybody_ready_made_can_sign_in(api, name):
    assert api.as_(name).client.http.get("/v1/openapi.json").status_code == 200


def test_an_issuer_that_is_out_of_reach_is_503_and_nothing_is_let_in(api):
    def down(_: str) -> Any:
        raise TimeoutError

    keys = IssuerKeys("https://login.school.example", fetch=down)
    with bootstrap.using(dataclasses.replace(bootstrap.service(), keys=keys)):
        answer = SignedIn(front.app).http.get("/v1/courses")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_in_aws_the_words_are_those_that_the_gateway_makes_401_of(api, monkeypatch):
    asked = {"type": "TOKEN", "authorizationToken": "Bearer no", "methodArn": "arn:a:b:c:d:e/f/g"}
    monkeypatch.delitem(sys.modules, "chalice.local")

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        front._signed_in(asked, None)


def test_the_answer_holds_for_every_route_since_it_is_kept_for_a_minute(api):
    bearer = f"Bearer {token(named('platform'))}"
    asked = {"type": "TOKEN", "authorizationToken": bearer, "methodArn": "arn:a:b:c:d:e/f/GET/g"}

    answer = front._signed_in(asked, None)

    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == ["arn:a:b:c:d:e/f/*/*"]
    assert answer["context"] == {
        "subject": "platform",
        "kind": "machine",
        "client": "platform",
        "scopes": "events:write",
    }
    assert front._signed_in.config.ttl_seconds == 60
