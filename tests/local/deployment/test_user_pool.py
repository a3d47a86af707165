"""The user pool gives its machines tokens in the shape of Cognito, which is understood."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.parse
from typing import Any

import jwt
import pytest
from aws_cdk import App, Environment, Stack, assertions

from chalicelib.domain.claims import Accepted, principal_of
from chalicelib.domain.principal import Principal
from infrastructure.context import from_context
from infrastructure.parts.identity import Identity


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """Return the part of the stack that says who may sign in."""
    place = Environment(account="000000000000", region="us-east-1")
    stack = Stack(App(), "Identity", env=place)
    Identity(stack, "Identity", deployment=from_context({"adminEmail": "grace@school.example"}))
    found: dict[str, Any] = assertions.Template.from_stack(stack).to_json()["Resources"]
    return found


def asked(account, method, path, body="", **headers) -> Any:
    where = urllib.parse.urlsplit(account.emulator.endpoint_url).netloc
    connection = http.client.HTTPConnection(where, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 200, text
    return json.loads(text)


def test_a_machine_of_the_pool_signs_in_and_is_known(account, stack, resources):
    def named(kind, **wanted):
        [name] = [
            name
            for name, one in resources.items()
            if one["Type"] == f"AWS::Cognito::{kind}"
            and wanted.items() <= one["Properties"].items()
        ]
        return {"Ref": name}

    made = stack.put(
        resources,
        Pool=named("UserPool"),
        Machine=named("UserPoolClient", GenerateSecret=True),
    )
    pool, client = made["Pool"], made["Machine"]
    described = account.client("cognito-idp").describe_user_pool_client(
        UserPoolId=pool, ClientId=client
    )["UserPoolClient"]
    given = base64.b64encode(f"{client}:{described['ClientSecret']}".encode()).decode()
    token = asked(
        account,
        "POST",
        "/oauth2/token",
        "grant_type=client_credentials",
        **{"Authorization": f"Basic {given}", "Content-Type": "application/x-www-form-urlencoded"},
    )["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})  # the emulator's is none

    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    accepted = Accepted(issuer, "monitor-dev", frozenset({client}), "username")
    assert claims["iss"] == issuer
    assert "aud" not in claims
    scopes = frozenset({"events:write"})
    assert principal_of(claims, accepted) == Principal(client, "machine", client, scopes)
