"""Who asks: the authorizer's answer to a token, and what a route reads of it."""

from __future__ import annotations

import sys
import uuid
from typing import TYPE_CHECKING, Any

from chalice.app import AuthResponse, Response

from chalicelib.domain.errors import MonitorError, NotSignedInError
from chalicelib.domain.principal import Principal
from chalicelib.http.problems import unauthorized, unavailable
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from chalice.app import Request

    from chalicelib.services.tokens import Tokens

_SCHEME = "bearer "


def authorized(authorization: str, tokens: Tokens) -> AuthResponse:
    """Return who sent this header, for every route; whether she may is asked in the route.

    Raises what the gateway answers with 401, or with 503 while the issuer is out of reach.
    """
    logger.set_correlation_id(str(uuid.uuid4()))
    try:
        principal = tokens.verify(_token(authorization))
    except NotSignedInError as error:
        logger.info("not signed in: %s", error)
        raise _refusal("Unauthorized", unauthorized(str(error))) from None
    except MonitorError as error:
        logger.error("nobody can sign in: %s", error)
        raise _refusal("Unavailable", unavailable()) from None
    context = {**principal._asdict(), "scopes": " ".join(sorted(principal.scopes))}
    return AuthResponse(routes=["*"], principal_id=principal.subject, context=context)


def is_signed_in(request: Request) -> bool:
    """Tell whether the route asked who it is; one does not."""
    return bool((request.context or {}).get("authorizer"))


def principal_of(request: Request) -> Principal:
    """Return who asks, as the authorizer has told; NotSignedInError when none has."""
    told = (request.context or {}).get("authorizer") or {}
    if told.get("kind") not in {"person", "machine"}:
        raise NotSignedInError("There is no token.")
    scopes = frozenset(str(told["scopes"]).split())
    return Principal(told["subject"], told["kind"], told["client"], scopes)


def _token(authorization: str) -> str:
    if not authorization.lower().startswith(_SCHEME):
        raise NotSignedInError("Authorization is not `Bearer` and a token.")
    return authorization[len(_SCHEME) :].strip()


def _refusal(words: str, response: Response) -> Exception:
    """Return what the gateway in front makes an answer of.

    API Gateway goes by the words: 401 for this very one, 500 for any other, and
    infrastructure/parts/api.py says what is in them. Chalice's own gateway, which is loaded where
    it is what runs, goes by the kind.
    """
    local: Any = sys.modules.get("chalice.local")
    if local is None:
        return Exception(words)
    refusal: Exception = local.NotAuthorizedError(response.headers, response.body.encode())
    refusal.CODE = response.status_code  # type: ignore[attr-defined]  # the answer's status
    return refusal
