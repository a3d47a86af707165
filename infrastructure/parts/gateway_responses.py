"""What API Gateway answers by itself, as problem documents (RFC 9457) like those of the routes."""

from __future__ import annotations

import json
from typing import Any

RETRY_AFTER_S = 5
_NOBODY = ("not-signed-in", "Nobody knows who asks", "There is no token, or none that is good.")
_AWAY = ("unavailable", "A dependency does not answer", "The same request may succeed later.")
_OFTEN = ("too-often", "Too many requests", "The same request may succeed later.")
_SIGN_IN = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
_LATER = {"Retry-After": str(RETRY_AFTER_S)}
_ANSWERS = {
    "UNAUTHORIZED": (401, _NOBODY, _SIGN_IN),
    "AUTHORIZER_FAILURE": (503, _AWAY, _LATER),  # of ours: the issuer is out of reach
    "THROTTLED": (429, _OFTEN, _LATER),
}


def gateway_responses() -> dict[str, Any]:
    """Return the extension of a Swagger document that says so."""
    return {kind: _response(*answer) for kind, answer in _ANSWERS.items()}


def _response(status: int, told: tuple[str, str, str], headers: dict[str, str]) -> dict[str, Any]:
    kind, title, detail = told
    known = {"Content-Type": "application/problem+json", **headers}
    body = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "$context.requestId",
    }
    return {
        "statusCode": str(status),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'" for name, value in known.items()
        },
        "responseTemplates": {"application/json": json.dumps(body)},
    }
