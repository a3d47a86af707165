"""Who stands behind a bearer token: signature, issuer, audience, times, all of them checked."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from typing import TYPE_CHECKING, Any

from chalicelib.domain.claims import ACCESS_TOKEN, Accepted, principal_of
from chalicelib.domain.errors import ConfigurationError, NotSignedInError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.principal import Principal
    from chalicelib.ports.accepting import Keys

LEEWAY_S = 30  # how far the issuer's clock may be off
KEPT_S = 60  # how long a token that was good is not looked at again; as API Gateway's own cache
MOST_KEPT = 1024
# Three parts in base64url; API Gateway takes 10,240 bytes of headers in all.
_COMPACT = re.compile(r"(?=.{5,8192}\Z)[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
# Each of them would let the token itself say which key is the right one (RFC 8725, 3.10), or
# what else must be understood.
_REFUSED_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit"})
_TYPES = {"jwt", ACCESS_TOKEN}
_OPTIONS: Any = {
    "require": ["exp", "iss", "sub"],
    "verify_aud": False,  # by domain.claims, since Cognito's have none
    "enforce_minimum_key_length": True,
}


class Tokens:
    """Verifies tokens of one issuer; what was good is remembered for a minute at most."""

    def __init__(
        self, keys: Keys, accepted: Accepted, *, now: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._accepted = accepted
        self._now = now
        self._known: dict[bytes, tuple[Principal, float]] = {}
        self._lock = threading.Lock()

    def verify(self, token: str) -> Principal:
        """Return who asks; NotSignedInError says what is wrong, in words without the token.

        UnavailableError while no key of the issuer could be fetched.
        """
        if not self._accepted.issuer:
            raise ConfigurationError("MONITOR_ISSUER names no issuer: nobody can sign in")
        if not _COMPACT.fullmatch(token):
            raise NotSignedInError(_WORDS[""])
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known and self._now() < known[1]:
            return known[0]
        claims, token_type = self._claims(token)
        principal = principal_of(claims, self._accepted, token_type)
        self._remember(digest, principal, min(int(claims["exp"]), self._now() + KEPT_S))
        return principal

    def _claims(self, token: str) -> tuple[dict[str, Any], str]:
        """Return what it says, and which type it says it is."""
        import jwt  # by those alone who verify: it takes as long as everything else

        try:
            header = jwt.get_unverified_header(token)
            token_type = self._type(header)
            key = self._key(header)
            claims: dict[str, Any] = jwt.decode(
                token,
                key=key.key,
                algorithms=[key.algorithm_name],  # the key's own, whatever the token says
                issuer=self._accepted.issuer,
                leeway=LEEWAY_S,
                options=_OPTIONS,
            )
        except jwt.PyJWTError as error:
            raise NotSignedInError(_WORDS.get(type(error).__name__, _WORDS[""])) from error
        return claims, token_type

    def _type(self, header: dict[str, Any]) -> str:
        token_type = str(header.get("typ", "JWT")).lower().removeprefix("application/")
        if token_type not in ({self._accepted.token_type} if self._accepted.token_type else _TYPES):
            raise NotSignedInError("The token is no access token.")
        return token_type

    def _key(self, header: dict[str, Any]) -> Any:
        if _REFUSED_HEADERS & header.keys():
            raise NotSignedInError("The token brings a key of its own.")
        key = self._keys.key(str(header.get("kid", "")))
        if key is None:
            raise NotSignedInError("The token is signed with a key that its issuer does not have.")
        return key

    def _remember(self, digest: bytes, principal: Principal, until: float) -> None:
        with self._lock:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[digest] = (principal, until)


_WORDS = {
    "ExpiredSignatureError": "The token has expired.",
    "ImmatureSignatureError": "The token is not valid yet.",
    "InvalidIssuerError": "The token is another issuer's.",
    "MissingRequiredClaimError": "The token lacks a claim.",
    "": "The token is not valid.",
}
