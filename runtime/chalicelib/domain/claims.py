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
ACCESS_TOKEN = "at+jwt"  # noqa: S105  # nosec B105  # the media type of RFC 9068, in a token's header
# What OpenID Connect Core 1.0 (2, 3.3.2.11) and FAPI put into an ID token, and RFC 9068 does not
# into an access token. By the code flow an ID token may lack them: see `_is_access_token`.
_OF_AN_ID_TOKEN = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})


def is_safe_address(url: str) -> bool:
    """Tell whether nobody on the way could answer instead: TLS, or this machine itself."""
    return url.startswith(("https://", *_LOOPBACK))


class Accepted(NamedTuple):
    """Whose tokens are taken, for whom, given to which clients."""

    issuer: str
    audience: str
    clients: frozenset[str] = frozenset()  # whose tokens need no audience; nobody is called so
    subject_claim: str = "sub"  # what names a person; never reused and never hers to change
    token_type: str = ""  # that the header has to name; empty: any of an access token


def principal_of(claims: Mapping[str, Any], accepted: Accepted, typ: str = "") -> Principal:
    """Return who asks; NotSignedInError when the token was made for something else.

    An access token names its audience (RFC 9068). One of Cognito's has none: its client must then
    be a known one, and its use `access`, since an ID token would pass otherwise. `typ` is
    what the header says of itself.
    """
    client = _name(next((claims[name] for name in _CLIENT if name in claims), None))
    machine = _is_machine(claims, claims.get("sub"), client)
    subject = client if machine else _name(claims.get(accepted.subject_claim))
    if claims.get("token_use", "access") != "access" or not _is_for_us(claims, client, accepted):
        raise NotSignedInError("The token was not made for this API.")
    if not machine and subject in accepted.clients:  # the roster would take her for that machine
        raise NotSignedInError("The token is a person's, who is called as a client is.")
    if not machine and not _is_access_token(claims, typ):
        raise NotSignedInError("The token is no access token.")
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


def _is_access_token(claims: Mapping[str, Any], typ: str) -> bool:
    """Tell whether nothing speaks for an ID token, and something against it.

    One that is called an access token is one (RFC 9068, 4): the type is there to tell them apart.
    Another must say what was granted, or of which use it is; an ID token says neither.
    """
    if claims.get("typ") == "ID" or _OF_AN_ID_TOKEN & claims.keys():  # the former is Keycloak's
        return False
    told = (*_SCOPES, "token_use")
    return typ == ACCESS_TOKEN or any(name in claims for name in told)


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
