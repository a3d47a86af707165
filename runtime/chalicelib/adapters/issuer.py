"""The issuer's public keys: fetched when they are needed, kept, fetched again when they rotate."""

from __future__ import annotations

import functools
import json
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from chalicelib.domain.claims import is_safe_address
from chalicelib.domain.errors import UnavailableError
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwt import PyJWK

ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}  # by kind of key
FRESH_S = 3600  # a key that the issuer has withdrawn is good for as long
AGAIN_AFTER_S = 30  # between two fetches, whatever asks for them
TIMEOUT_S = 3  # the authorizer has ten
_MOST_BYTES = 256 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


class IssuerKeys:
    """The keys of one issuer, by their ids; of RSA (RS256) and P-256 (ES256), and no other kind."""

    def __init__(
        self,
        issuer: str,
        *,
        fetch: Callable[[str], Any] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch or fetched
        self._now = now
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._asking = threading.Lock()

    def key(self, key_id: str) -> PyJWK | None:
        """Return a key; None when the issuer has no such one.

        An unknown id asks the issuer once again, at most every 30 seconds, so that made-up ids
        cannot flood it. While it does not answer, known keys go on; UnavailableError without any.
        """
        unknown = key_id not in self._keys
        # Whose key is known does not wait for an issuer that somebody else is asking.
        if (unknown or self._is_stale()) and self._asking.acquire(blocking=unknown):
            try:
                self._ask_if_due(key_id)
            finally:
                self._asking.release()
        if not self._keys:
            raise UnavailableError("the issuer's keys could not be fetched")
        return self._keys.get(key_id)

    def _ask_if_due(self, key_id: str) -> None:
        wanted = key_id not in self._keys or self._is_stale()
        if wanted and self._now() - self._tried_at > AGAIN_AFTER_S:
            self._refresh()

    def _is_stale(self) -> bool:
        return self._now() - self._fetched_at > FRESH_S

    def _refresh(self) -> None:
        self._tried_at = self._now()
        try:
            found = self._fetch(self._issuer.rstrip("/") + _DISCOVERY)
            if found["issuer"] != self._issuer:
                raise UnavailableError("the issuer calls itself something else")  # noqa: TRY301
            self._keys = usable(self._fetch(found["jwks_uri"])["keys"])
            self._fetched_at = self._now()
        except (OSError, ValueError, KeyError, TypeError, UnavailableError) as error:
            logger.warning("the issuer's keys could not be fetched: %s", type(error).__name__)


def usable(keys: list[dict[str, Any]]) -> dict[str, PyJWK]:
    """Return the keys that verify signatures of ours, by id; a key of another kind is left out."""
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    found: dict[str, PyJWK] = {}
    for key in keys:
        algorithm = ALGORITHMS.get(key.get("kty", ""))
        if (
            not algorithm
            or key.get("alg", algorithm) != algorithm
            or key.get("use", "sig") != "sig"
        ):
            continue
        if isinstance(key.get("kid"), str) and key.get("crv", "P-256") == "P-256":
            try:
                found[key["kid"]] = PyJWK(key, algorithm)
            except PyJWTError:
                logger.warning("a key of the issuer is not readable")
    return found


def fetched(url: str) -> Any:
    """Return the JSON at an address; OSError or ValueError when there is none in three seconds."""
    if not is_safe_address(url):
        raise ValueError(f"{url!r} is neither https nor on this machine")
    until, read = time.monotonic() + TIMEOUT_S, b""
    with _opener().open(url, timeout=TIMEOUT_S) as answer:
        while len(read) < _MOST_BYTES and (more := answer.read1(_MOST_BYTES - len(read))):
            read += more
            if time.monotonic() > until:  # a byte now and then is in time, each of them
                raise TimeoutError("the issuer is too slow")
    return json.loads(read)


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    """Follow no redirect: it could lead to where the issuer is not."""

    class Straight(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    return urllib.request.build_opener(Straight)
