"""Whose tokens are taken: those of the issuer, made for us, in time; and no clever ones."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chalicelib.adapters.issuer import usable
from chalicelib.domain.claims import ACCESS_TOKEN, Accepted
from chalicelib.domain.errors import ConfigurationError, NotSignedInError, UnavailableError
from chalicelib.domain.principal import Principal
from chalicelib.services.tokens import Tokens

ISSUER = "https://login.school.example"
AUDIENCE = "https://monitor.school.example"
COGNITO = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
JWKS = [
    {**json.loads(RSAAlgorithm.to_jwk(RSA.public_key())), "kid": "r", "use": "sig"},
    {**json.loads(ECAlgorithm.to_jwk(EC.public_key())), "kid": "e", "alg": "ES256"},
]


class Keys:
    def __init__(self, *, down: bool = False) -> None:
        self.asked = 0
        self._down = down
        self._keys = usable(JWKS)

    def key(self, key_id: str) -> Any:
        self.asked += 1
        if self._down:
            raise UnavailableError("no keys")
        return self._keys.get(key_id)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    known = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "client_id": "dashboard",
        "scope": "openid events:write",
        "iat": now,
        "exp": now + 300,
    }
    return {name: value for name, value in (known | changed).items() if value is not None}


def signed(body: dict[str, Any], *, key: Any = RSA, kid: str = "r", alg: str = "RS256", **headers):
    return jwt.encode(body, key, algorithm=alg, headers={"kid": kid, **headers})


def tokens(keys: Keys | None = None, *, issuer: str = ISSUER, **options: Any) -> Tokens:
    accepted = Accepted(issuer, AUDIENCE, frozenset({"1example23456789"}))
    return Tokens(keys or Keys(), accepted, **options)


@pytest.mark.parametrize(("key", "kid", "alg"), [(RSA, "r", "RS256"), (EC, "e", "ES256")])
def test_a_good_token_says_who_asks(key, kid, alg):
    token = signed(claims(), key=key, kid=kid, alg=alg)

    assert tokens().verify(token) == Principal(
        "ada", "person", "dashboard", frozenset({"openid", "events:write"})
    )


@pytest.mark.parametrize(
    "said",
    [
        {"sub": "lms", "client_id": "lms"},
        {"sub": "lms@clients", "client_id": None, "azp": "lms"},
        {"sub": "0b5e", "client_id": "lms", "gty": "client-credentials"},
        {"sub": "0b5e", "client_id": None, "azp": "lms", "idtyp": "app"},
    ],
)
def test_a_client_that_acts_for_itself_is_a_machine(said):
    scope = {"scope": f"{AUDIENCE}/events:write elsewhere/events:erase"}

    assert tokens().verify(signed(claims(**said, **scope))) == Principal(
        "lms", "machine", "lms", frozenset({"events:write", "elsewhere/events:erase"})
    )


# As in https://docs.aws.amazon.com/cognito/latest/developerguide/
# amazon-cognito-user-pools-using-the-access-token.html, but for the times.
COGNITO_ACCESS = {
    "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "device_key": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "cognito:groups": ["testgroup"],
    "iss": COGNITO,
    "version": 2,
    "client_id": "1example23456789",
    "origin_jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "event_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "token_use": "access",
    "scope": "phone openid profile resourceserver.1/appclient2 email",
    "auth_time": 1676313851,
    "iat": 1676313851,
    "jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "username": "my-test-user",
}


def cognito(**changed: Any) -> str:
    return signed({**COGNITO_ACCESS, "exp": int(time.time()) + 60, **changed})


def test_an_access_token_of_cognito_is_taken_though_it_has_no_audience():
    principal = tokens(issuer=COGNITO).verify(cognito())

    assert principal[:3] == (COGNITO_ACCESS["sub"], "person", "1example23456789")
    assert "resourceserver.1/appclient2" in principal.scopes


def test_another_claim_may_name_people_but_never_machines():
    accepted = Accepted(COGNITO, "monitor", frozenset({"1example23456789"}), "username")
    by_username = Tokens(Keys(), accepted)
    machine = {"sub": "1example23456789", "username": None}

    assert by_username.verify(cognito()).subject == "my-test-user"
    assert by_username.verify(cognito(**machine)).subject == "1example23456789"
    with pytest.raises(NotSignedInError, match="does not say who asks"):
        by_username.verify(cognito(username=None))


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "another"},
        {"token_use": "id", "aud": AUDIENCE},
        {"token_use": "id"},
        {"token_use": None},
    ],
)
def test_another_client_or_another_use_is_refused(changed):
    with pytest.raises(NotSignedInError, match="not made for this API"):
        tokens(issuer=COGNITO).verify(cognito(**changed))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"iss": "https://evil.example"}, "another issuer's"),
        ({"aud": "https://other.example"}, "not made for this API"),
        ({"aud": ["https://other.example"]}, "not made for this API"),
        ({"aud": None}, "not made for this API"),
        ({"aud": {"a": AUDIENCE}}, "not valid|not made for this API"),
        ({"exp": int(time.time()) - 31}, "expired"),
        ({"nbf": int(time.time()) + 86_400}, "not valid yet"),
        ({"exp": None}, "lacks a claim"),
        ({"sub": None}, "lacks a claim"),
        ({"client_id": None}, "does not say who asks"),
        ({"client_id": 7}, "does not say who asks"),
        ({"sub": "a\nb"}, "does not say who asks"),
        ({"sub": "s" * 129}, "does not say who asks"),
    ],
)
def test_a_token_that_says_the_wrong_thing_is_refused(said, words):
    with pytest.raises(NotSignedInError, match=words):
        tokens().verify(signed(claims(**said)))


def test_nobody_is_called_as_a_machine_is():
    """The roster knows both by the same kind of name: she would have the machine's roles."""
    accepted = Accepted(COGNITO, "monitor", frozenset({"1example23456789"}), "username")

    with pytest.raises(NotSignedInError, match="called as a client"):
        Tokens(Keys(), accepted).verify(cognito(username="1example23456789"))


# An ID token of an issuer whose name for this API is the client's id: OpenID Connect Core 1.0, 2.
ID_TOKEN = {"azp": "dashboard", "client_id": None, "scope": None}


@pytest.mark.parametrize(
    "said",
    [
        ID_TOKEN,
        {**ID_TOKEN, "nonce": "n-0S6_WzA2Mj", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},
        {"nonce": "n-0S6_WzA2Mj"},
        {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},
        {"c_hash": "LDktKdoQak3Pk0cnXxCltA"},
        {"typ": "ID"},  # Keycloak's claim; its access tokens say Bearer
    ],
)
def test_an_id_token_is_refused_though_it_was_made_for_us(said):
    with pytest.raises(NotSignedInError, match="no access token"):
        tokens().verify(signed(claims(**said)))


@pytest.mark.parametrize(
    ("said", "header"),
    [
        ({"scope": None, "scp": ["read"]}, {}),  # Okta, Entra
        ({"scope": None}, {"typ": "at+jwt"}),
        ({"scope": None}, {"typ": "application/at+jwt"}),
        ({"typ": "Bearer"}, {}),
    ],
)
def test_an_access_token_says_what_was_granted_or_that_it_is_one(said, header):
    assert tokens().verify(signed(claims(**said), **header)).subject == "ada"


def test_only_what_is_called_an_access_token_may_be_taken():
    strict = Tokens(Keys(), Accepted(ISSUER, AUDIENCE)._replace(token_type=ACCESS_TOKEN))

    assert strict.verify(signed(claims(), typ="at+JWT")).subject == "ada"
    for header in ({}, {"typ": "JWT"}, {"typ": None}):
        with pytest.raises(NotSignedInError, match="no access token"):
            strict.verify(signed(claims(), **header))
    machine = claims(sub="lms", client_id="lms")
    with pytest.raises(NotSignedInError, match="no access token"):
        strict.verify(signed(machine))


def test_clocks_may_be_half_a_minute_apart():
    now = int(time.time())

    assert tokens().verify(signed(claims(exp=now - 20))).subject == "ada"
    assert tokens().verify(signed(claims(nbf=now + 20))).subject == "ada"


def unsigned(header: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims()).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def with_the_public_key_as_secret() -> str:
    pem = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = unsigned({"alg": "HS256", "kid": "r", "typ": "JWT"})
    signer = hmac.HMAC(pem, hashes.SHA256())
    signer.update(token.rpartition(".")[0].encode())
    signature = base64.urlsafe_b64encode(signer.finalize()).rstrip(b"=").decode()
    return token + signature


OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHERS_JWK = json.loads(RSAAlgorithm.to_jwk(OTHER.public_key()))
INVALID, OWN_KEY = "is not valid.", "brings a key of its own"
UNKNOWN = "a key that its issuer does not have"
# How each is made, at the moment it is used, and why it is refused: not because it has expired.
FORGED = {
    "alg none": (lambda: unsigned({"alg": "none", "kid": "r"}), INVALID),
    "alg None": (lambda: unsigned({"alg": "None", "kid": "r"}), INVALID),
    "no alg": (lambda: unsigned({"kid": "r"}), INVALID),
    "key confusion": (with_the_public_key_as_secret, INVALID),
    "another's key under our id": (lambda: signed(claims(), key=OTHER), INVALID),
    "an unknown id": (lambda: signed(claims(), key=OTHER, kid="evil"), UNKNOWN),
    "no id": (lambda: jwt.encode(claims(), RSA, algorithm="RS256"), UNKNOWN),
    "another key's id": (lambda: signed(claims(), kid="e"), INVALID),
    "another algorithm of the same key": (lambda: signed(claims(), alg="PS256"), INVALID),
    "a longer digest": (lambda: signed(claims(), alg="RS512"), INVALID),
    "jku": (lambda: signed(claims(), jku="https://evil.example/jwks.json"), OWN_KEY),
    "x5u": (lambda: signed(claims(), x5u="https://evil.example/cert.pem"), OWN_KEY),
    "jwk": (lambda: signed(claims(), key=OTHER, jwk=OTHERS_JWK), OWN_KEY),
    "our own jwk": (lambda: signed(claims(), jwk=JWKS[0]), OWN_KEY),
    "x5c": (lambda: signed(claims(), x5c=["MII"]), OWN_KEY),
    "crit": (lambda: signed(claims(), crit=["exp"]), INVALID),
    "another kind of token": (lambda: signed(claims(), typ="logout+jwt"), "is no access token"),
    "cut signature": (lambda: signed(claims())[:-8], INVALID),
    "changed claims": (lambda: signed(claims()).replace(".", ".e", 1), INVALID),
    "nothing": (lambda: "", INVALID),
    "no token": (lambda: "not-a-token", INVALID),
    "two parts": (lambda: "a.b", INVALID),
    "not ascii": (lambda: "é.é.é", INVALID),
    "surrogate": (lambda: "\udc80.a.b", INVALID),
    "too long": (lambda: "a" * 9000, INVALID),
    "deep header": (
        lambda: base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30.",
        INVALID,
    ),
}


@pytest.mark.parametrize(("make", "why"), FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused(make, why):
    token = make()
    with pytest.raises(NotSignedInError, match=why) as refused:
        tokens().verify(token)
    assert not token or token not in str(refused.value)


def test_the_token_that_the_forged_ones_are_made_of_is_good():
    assert tokens().verify(signed(claims())).subject == "ada"


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "k", "use": "enc"},
        {"kty": "RSA", "n": "!", "e": "!", "kid": "k"},
        {**JWKS[0], "alg": "HS256"},
        {**JWKS[1], "crv": "P-384"},
        {name: value for name, value in JWKS[0].items() if name != "kid"},
    ],
)
def test_a_key_of_another_kind_verifies_nothing(key):
    assert usable([key]) == {}


def test_a_short_key_verifies_nothing(recwarn):
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  # that is the point
    keys = Keys()
    keys._keys = usable([{**json.loads(RSAAlgorithm.to_jwk(short.public_key())), "kid": "r"}])
    recwarn.clear()
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = signed(claims(), key=short)

    with pytest.raises(NotSignedInError):
        tokens(keys).verify(token)


def test_a_good_token_is_not_looked_at_again_for_a_minute_and_never_past_its_end():
    now, keys = [time.time()], Keys()
    verifier = tokens(keys, now=lambda: now[0])
    long, short = signed(claims()), signed(claims(exp=int(now[0]) + 20))
    for token in (long, long, short, short):
        verifier.verify(token)
    assert keys.asked == 2

    now[0] += 21
    verifier.verify(short)  # within the leeway: looked at each time
    verifier.verify(short)
    verifier.verify(long)
    assert keys.asked == 4

    now[0] += 40
    verifier.verify(long)
    assert keys.asked == 5


def test_nobody_signs_in_where_no_issuer_is_named():
    with pytest.raises(ConfigurationError, match="MONITOR_ISSUER"):
        tokens(issuer="").verify(signed(claims()))


def test_without_keys_nothing_is_decided():
    with pytest.raises(UnavailableError):
        tokens(Keys(down=True)).verify(signed(claims()))
