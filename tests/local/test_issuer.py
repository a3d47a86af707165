"""The issuer for development: what it serves, whom it vouches for, and that the runtime agrees."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.issuer import IssuerKeys
from chalicelib.domain.claims import Accepted
from chalicelib.services.tokens import Tokens
from local.identity import AUDIENCE, PEOPLE
from local.identity.issuer import Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def issuer(tmp_path) -> Iterator[Issuer]:
    server = Issuer(0, key_file=tmp_path / "key")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def asked(issuer: Issuer, method: str, path: str, **form: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", issuer.server_port, timeout=5)
    connection.request(method, path, urllib.parse.urlencode(form))
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


@pytest.mark.parametrize("somebody", PEOPLE.values(), ids=PEOPLE.keys())
def test_it_vouches_for_everybody_ready_made(issuer, somebody):
    form = (
        {"grant_type": "client_credentials", "client_id": somebody.name}
        if somebody.is_machine
        else {"grant_type": "password", "username": somebody.name}
    )
    status, body = asked(issuer, "POST", "/token", **form)
    assert status == 200

    at = issuer.signer.issuer
    principal = Tokens(IssuerKeys(at), Accepted(at, AUDIENCE)).verify(body["access_token"])

    assert principal.subject == somebody.name
    assert principal.kind == ("machine" if somebody.is_machine else "person")
    assert ("events:write" in principal.scopes) == somebody.is_machine


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "nobody"}, "invalid_grant"),
        ({"grant_type": "password", "username": "platform"}, "invalid_grant"),
        ({"grant_type": "client_credentials", "client_id": "educator"}, "invalid_grant"),
    ],
)
def test_it_vouches_for_nobody_else(issuer, form, error):
    assert asked(issuer, "POST", "/token", **form) == (400, {"error": error})


def test_what_it_does_not_have_is_404(issuer):
    assert asked(issuer, "GET", "/userinfo")[0] == asked(issuer, "POST", "/keys")[0] == 404


def test_it_answers_to_its_own_name_alone(issuer):
    connection = http.client.HTTPConnection("127.0.0.1", issuer.server_port, timeout=5)
    for host, status in (("monitor.evil.example", 404), (f"localhost:{issuer.server_port}", 200)):
        connection.request("GET", "/jwks.json", headers={"Host": host})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_its_key_stays_and_only_its_owner_reads_it(issuer, tmp_path):
    key_file = tmp_path / "key"
    before = issuer.signer.keys()
    again = Issuer(0, key_file=key_file)
    again.server_close()

    assert again.signer.keys() == before
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert "d" not in before["keys"][0]
