"""Chalice's test client as somebody who has signed in, and an issuer that needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.test import Client, HTTPResponse

from chalicelib.adapters.issuer import usable
from local.identity import AUDIENCE, Signer, Somebody, named

if TYPE_CHECKING:
    from chalice import Chalice

_SIGNER = Signer("https://login.school.example")


class Issued:
    """The issuer's keys; `settings` are those of a runtime that takes its tokens."""

    settings: dict[str, Any] = {"issuer": _SIGNER.issuer, "audience": AUDIENCE}  # noqa: RUF012

    def __init__(self) -> None:
        self._keys = usable(_SIGNER.keys()["keys"])

    def key(self, key_id: str) -> Any:
        return self._keys.get(key_id)


ISSUED = Issued()
ADMINISTRATOR = named("administrator")


def token(somebody: Somebody, **claims: Any) -> str:
    """Return somebody's token; `claims` stand instead of hers."""
    return _SIGNER.token(somebody, **claims)


class SignedIn:
    """A client whose every request carries a token, unless it brings a header of its own."""

    def __init__(self, app: Chalice, signed_in: str | None = None) -> None:
        self._client = Client(app)
        self._token = token(ADMINISTRATOR) if signed_in is None else signed_in

    @property
    def http(self) -> SignedIn:
        return self

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> HTTPResponse:
        told = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._client.http.request(method, path, headers=told | (headers or {}), body=body)

    def get(self, path: str, **sent: Any) -> HTTPResponse:
        return self.request("GET", path, **sent)

    def put(self, path: str, **sent: Any) -> HTTPResponse:
        return self.request("PUT", path, **sent)

    def post(self, path: str, **sent: Any) -> HTTPResponse:
        return self.request("POST", path, **sent)
