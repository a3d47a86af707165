"""Authorization codes with PKCE: each for one sign-in, once, within a minute (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING, NamedTuple

from local.identity.people import DASHBOARD, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GOOD_FOR_S = 60.0
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # a SHA-256 in base64url
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class WrongRequestError(Exception):
    """A request to sign in that nobody is sent back from: it names a stranger's client or place."""


class RefusedError(Exception):
    """A request to sign in that is sent back with the code of RFC 6749, 4.1.2.1."""


class SignIn(NamedTuple):
    """A request to sign in, as it was sent."""

    redirect_uri: str
    state: str
    challenge: str
    nonce: str

    def back(self, **told: str) -> str:
        """Return where the browser goes back to, with what it is to tell there."""
        told |= {"state": self.state} if self.state else {}
        joint = "&" if urllib.parse.urlsplit(self.redirect_uri).query else "?"
        return self.redirect_uri + joint + urllib.parse.urlencode(told)


def is_loopback(uri: str) -> bool:
    """Tell whether an address is one of this machine's own, by http, for a browser to return to."""
    try:
        parts = urllib.parse.urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    plain = uri.isascii() and uri.isprintable() and not set(uri) & set(' \\"<>')
    at = f"{'[::1]' if parts.hostname == '::1' else parts.hostname}" + (f":{port}" if port else "")
    own = parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.netloc.lower() == at
    return plain and own and not parts.fragment and "#" not in uri


def read(query: str) -> tuple[SignIn, dict[str, str]]:
    """Return a request to sign in, and its parameters.

    WrongRequestError when its client or its way back are not ours, or a parameter comes twice.
    """
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    sent = dict(pairs)
    if len(sent) != len(pairs):
        raise WrongRequestError("A parameter comes twice.")
    if sent.get("client_id") != DASHBOARD:
        raise WrongRequestError(f"The client_id is not {DASHBOARD}.")
    if not is_loopback(sent.get("redirect_uri", "")):
        raise WrongRequestError("The redirect_uri is no http address of this machine.")
    named = (sent.get(one, "") for one in ("redirect_uri", "state", "code_challenge", "nonce"))
    return SignIn(*named), sent


def check(sent: Mapping[str, str]) -> None:
    """Raise RefusedError unless a code may be given for this request."""
    if sent.get("response_type") != "code":
        raise RefusedError("unsupported_response_type")
    challenge = sent.get("code_challenge", "")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise RefusedError("invalid_request")
    if "openid" not in sent.get("scope", "openid").split():
        raise RefusedError("invalid_scope")


class Grant(NamedTuple):
    """What a code stands for."""

    somebody: str
    asked: SignIn
    until: float


class Codes:
    """The codes that are given and not yet redeemed."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._given: dict[str, Grant] = {}
        self._lock = threading.Lock()

    def give(self, somebody: str, asked: SignIn) -> str:
        """Return a new code for somebody ready-made who is no machine; RefusedError for others."""
        if somebody not in PEOPLE or PEOPLE[somebody].is_machine:
            raise RefusedError("access_denied")
        code, now = secrets.token_urlsafe(32), self._now()
        with self._lock:
            self._given = {old: one for old, one in self._given.items() if one.until > now}
            self._given[code] = Grant(somebody, asked, now + GOOD_FOR_S)
        return code

    def redeem(self, form: Mapping[str, str]) -> Grant | None:
        """Return what a code stands for, once; None unless everything about it is right.

        A code is gone once it was tried, rightly or not.
        """
        with self._lock:
            grant = self._given.pop(form.get("code", ""), None)
        if grant is None or self._now() >= grant.until:
            return None
        same = (form.get("client_id"), form.get("redirect_uri"))
        if same != (DASHBOARD, grant.asked.redirect_uri):
            return None
        return grant if _proves(form.get("code_verifier", ""), grant.asked.challenge) else None


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    hashed = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _proves(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)
