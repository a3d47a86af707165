"""Tokens as an issuer makes them, signed with a key of this machine's own."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from local.identity.people import AUDIENCE, Somebody

if TYPE_CHECKING:
    from pathlib import Path

GOOD_FOR_S = 12 * 3600
_KEY_ID = "local"


class Signer:
    """Signs ES256 tokens of one issuer; `key_file` keeps the key between runs."""

    def __init__(self, issuer: str, *, key_file: Path | None = None) -> None:
        self.issuer = issuer
        self._key = _kept(key_file) if key_file else ec.generate_private_key(ec.SECP256R1())

    def token(self, somebody: Somebody, **claims: Any) -> str:
        """Return somebody's access token; `claims` are added to it, or stand instead."""
        now = int(time.time())
        body = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": somebody.name,
            "client_id": somebody.client,
            "scope": somebody.scope,
            "iat": now,
            "exp": now + GOOD_FOR_S,
            "jti": str(uuid.uuid4()),
        }
        headers = {"kid": _KEY_ID, "typ": "at+jwt"}
        return jwt.encode(body | claims, self._key, algorithm="ES256", headers=headers)

    def id_token(self, somebody: Somebody, nonce: str = "") -> str:
        """Return the token that tells a client who has signed in; the API takes none of these."""
        now = int(time.time())
        body = {
            "iss": self.issuer,
            "aud": somebody.client,
            "sub": somebody.name,
            "iat": now,
            "exp": now + GOOD_FOR_S,
            **({"nonce": nonce} if nonce else {}),
        }
        return jwt.encode(body, self._key, algorithm="ES256", headers={"kid": _KEY_ID})

    def keys(self) -> dict[str, Any]:
        """Return the public key as a JWK set."""
        public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [public | {"kid": _KEY_ID, "use": "sig", "alg": "ES256"}]}


def _kept(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        path.touch(mode=0o600)
        path.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds another kind of key")
    return key
