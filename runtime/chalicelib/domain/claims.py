"""What a token's claims say, once its signature is known to be the issuer's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.domain.errors import NotSignedInError
from chalicelib.domain.principal import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = ("http://127.0.0.1:", "http://localhost:")
_NAME = re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,128}")
_CLIENT = ("client_id", "azp", "cid")  # RFC 9068 and Cognito; Keycloak, Auth0, Entra; Okta
_SCOPES = ("scope", "scp")


def is_safe_address(url: str) -> bool:
    """Tell whether nobody on the way could answer instead: TLS, or this machine itself."""
    return url.startswith(("https://", *_LOOPBACK))


class Accepted(NamedTuple):
    """Whose tokens are taken, for whom, given to which clients."""

    issuer: str
    audience: str
    clients: frozenset[str] = frozenset()  # only of tokens that have no audience
    subject_claim: str = "sub"  # what names a person; never reused and never hers to change


def principal_of(claims: Mapping[str, Any], accepted: Accepted) -> Principal:
    """Return who asks; NotSignedInError when the token was made for something else.

    An access token names its audience (RFC 9068). One of Cognito's has none: its client must then
    be a known one, and its use `access`, since an ID token would pass otherwise.
    """
    client = _name(next((claims[name] for name in _CLIENT if name in claims), None))
    machine = _is_machine(claims, claims.get("sub"), client)
    subject = client if machine else _name(claims.get(accepted.subject_claim))
    if claims.get("token_use", "access") != "access" or not _is_for_us(claims, client, accepted):
        raise NotSignedInError("The token was not made for this API.")
    scopes = _scopes(claims, accepted.audience)
    return Principal(subject, "machine" if machine else "person", client, scopes)


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise NotSignedInError("The token does not say who asks, or by which client.")
    return value


def _is_for_us(claims: Mapping[str, Any], client: str, accepted: Accepted) -> bool:
    audience = claims.get("aud")
    if audience is None:
        return claims.get("token_use") == "access" and client in accepted.clients
    named = [audience] if isinstance(audience, str) else audience
    return bool(accepted.audience) and isinstance(named, list) and accepted.audience in named


def _is_machine(claims: Mapping[str, Any], subject: object, client: str) -> bool:
    """Tell whether no person is behind it: the client is its own subject, or the issuer says so."""
    return (
        subject in {client, f"{client}@clients"}  # Auth0 writes the latter
        or claims.get("gty") == "client-credentials"
        or claims.get("idtyp") == "app"  # Entra's
    )


def _scopes(claims: Mapping[str, Any], audience: str) -> frozenset[str]:
    """Return the scopes; Cognito's begin with the resource server, which is the audience."""
    granted = next((claims[name] for name in _SCOPES if name in claims), "")
    words = granted.split() if isinstance(granted, str) else granted
    if not isinstance(words, list):
        return frozenset()
    prefix = f"{audience}/"
    return frozenset(word.removeprefix(prefix) for word in words if isinstance(word, str))
