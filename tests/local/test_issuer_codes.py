"""Signing in by a browser: authorization code with PKCE, to places on this machine alone."""

from __future__ import annotations

import html
import http.client
import json
import re
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any, NamedTuple

import jwt
import pytest

from chalicelib.adapters.issuer import IssuerKeys
from chalicelib.domain.claims import Accepted
from chalicelib.domain.errors import NotSignedInError
from chalicelib.services.tokens import Tokens
from local.identity import AUDIENCE, PEOPLE
from local.identity.codes import Codes, SignIn, challenge_of, is_loopback
from local.identity.issuer import Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator

# Both of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # pragma: allowlist secret
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # pragma: allowlist secret
BACK = "http://127.0.0.1:5173/callback"
ASKED = {
    "response_type": "code",
    "client_id": "dashboard",
    "redirect_uri": BACK,
    "scope": "openid",
    "state": 'a "state" & more',
    "nonce": "n-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def back(self) -> dict[str, str]:
        """What the browser is told where it goes back to."""
        place, _, query = self.headers["Location"].partition("?")
        assert (self.status, place) == (303, BACK)
        return dict(urllib.parse.parse_qsl(query))


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    server = Issuer(0)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ask(issuer: Issuer, method: str, path: str, form: Any = "", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", issuer.server_port, timeout=5)
    body = form if isinstance(form, str) else urllib.parse.urlencode(form)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    found = Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
    connection.close()
    return found


def choose(issuer: Issuer, person: str = "educator", **changed: str) -> Answer:
    return ask(issuer, "POST", "/authorize", {**ASKED, **changed, "person": person})


def redeem(issuer: Issuer, given: str, **changed: str) -> tuple[int, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "client_id": "dashboard",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    answer = ask(issuer, "POST", "/token", {**form, **changed})
    return answer.status, json.loads(answer.text)


def shown(issuer: Issuer, **changed: str) -> Answer:
    return ask(issuer, "GET", f"/authorize?{urllib.parse.urlencode({**ASKED, **changed})}")


def test_a_browser_signs_in_as_whom_one_chooses(issuer):
    discovery = json.loads(ask(issuer, "GET", "/.well-known/openid-configuration").text)
    at = discovery["issuer"]
    assert discovery["authorization_endpoint"] == f"{at}/authorize"
    assert discovery["code_challenge_methods_supported"] == ["S256"]
    assert "authorization_code" in discovery["grant_types_supported"]

    page = shown(issuer)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    people = re.findall(r'name="person" value="([^"]+)"', page.text)
    assert people == [one.name for one in PEOPLE.values() if not one.is_machine]
    form = {name: html.unescape(value) for name, value in fields.items()}
    back = ask(issuer, "POST", "/authorize", {**form, "person": "adviser"}).back
    assert (back["state"], back["iss"]) == (ASKED["state"], at)

    status, body = redeem(issuer, back["code"])

    assert status == 200
    tokens = Tokens(IssuerKeys(at), Accepted(at, AUDIENCE))
    principal = tokens.verify(body["access_token"])
    assert (principal.subject, principal.kind, principal.client) == (
        "adviser",
        "person",
        "dashboard",
    )
    told = jwt.decode(body["id_token"], options={"verify_signature": False})
    assert (told["sub"], told["aud"], told["nonce"]) == ("adviser", "dashboard", "n-1")
    with pytest.raises(NotSignedInError):
        tokens.verify(body["id_token"])


def test_a_code_is_good_once(issuer):
    code = choose(issuer).back["code"]
    assert redeem(issuer, code)[0] == 200
    assert redeem(issuer, code) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": VERIFIER[::-1]},
        {"code_verifier": CHALLENGE},
        {"code_verifier": ""},
        {"code_verifier": VERIFIER + "\u00e9"},
        {"redirect_uri": "http://127.0.0.1:5174/callback"},
        {"client_id": "platform"},
        {"code": "another"},
    ],
)
def test_who_cannot_prove_to_have_asked_gets_no_token(issuer, changed):
    code = choose(issuer).back["code"]
    assert redeem(issuer, code, **changed) == (400, {"error": "invalid_grant"})


def test_a_code_that_was_tried_with_a_wrong_verifier_is_gone(issuer):
    code = choose(issuer).back["code"]
    redeem(issuer, code, code_verifier="x" * 43)
    assert redeem(issuer, code)[0] == 400


def test_a_code_is_good_for_a_minute():
    moment = [0.0]
    codes = Codes(now=lambda: moment[0])
    form = {"client_id": "dashboard", "redirect_uri": BACK, "code_verifier": VERIFIER}
    asked = SignIn(BACK, "", CHALLENGE, "")
    early, late = codes.give("educator", asked), codes.give("educator", asked)

    moment[0] = 59.9
    assert codes.redeem({**form, "code": early}).somebody == "educator"
    moment[0] = 60
    assert codes.redeem({**form, "code": late}) is None


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/callback",
        "http://evil.example/callback",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://user@127.0.0.1/",
        "http://127.0.0.2/",
        "https://127.0.0.1/",
        "//127.0.0.1/",
        "javascript:alert(1)",
        "http://127.0.0.1:5173/#here",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_nobody_is_sent_to_another_machine(issuer, uri):
    for answer in (shown(issuer, redirect_uri=uri), choose(issuer, redirect_uri=uri)):
        assert answer.status == 400
        assert "Location" not in answer.headers
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "uri", ["http://localhost:5173/a?b=c", "http://[::1]:80/", "http://127.0.0.1/", BACK]
)
def test_places_of_this_machine_are_returned_to(issuer, uri):
    assert is_loopback(uri)
    answer = choose(issuer, redirect_uri=uri)
    assert answer.headers["Location"].startswith(f"{uri}{'&' if '?' in uri else '?'}code=")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"scope": "events:write"}, "invalid_scope"),
    ],
)
def test_a_request_without_what_pkce_needs_goes_back_with_the_reason(issuer, changed, error):
    for answer in (shown(issuer, **changed), choose(issuer, **changed)):
        assert (answer.back["error"], answer.back["state"]) == (error, ASKED["state"])
        assert "code" not in answer.back


@pytest.mark.parametrize("person", ["platform", "nobody", ""])
def test_neither_machines_nor_strangers_sign_in_by_a_browser(issuer, person):
    assert choose(issuer, person).back["error"] == "access_denied"


def test_another_client_and_a_parameter_sent_twice_go_nowhere(issuer):
    assert shown(issuer, client_id="platform").status == 400
    twice = urllib.parse.urlencode([*ASKED.items(), ("redirect_uri", "http://localhost/")])
    assert ask(issuer, "GET", f"/authorize?{twice}").status == 400


def test_the_page_runs_nothing_and_is_in_no_frame(issuer):
    page = shown(issuer, state='"><script>alert(1)</script>')
    assert "<script" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_of_this_machine_read_its_answers_and_no_others(issuer):
    for origin, told in (("http://localhost:5173", True), ("https://evil.example", False)):
        answer = ask(issuer, "POST", "/token", "", Origin=origin)
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == told
        assert ("Access-Control-Allow-Origin" in answer.headers) == told


def test_the_example_of_rfc_7636_holds():
    assert challenge_of(VERIFIER) == CHALLENGE
