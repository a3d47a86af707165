"""The application behind API Gateway's shape of a request, as a WSGI application."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from chalice.config import Config
from chalice.local import LocalGateway, LocalGatewayException

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalice.app import Chalice


class Wsgi:
    """Answers what a WSGI client asks as Chalice's stand-in for API Gateway does."""

    def __init__(self, app: Chalice) -> None:
        self._gateway = LocalGateway(app, Config(config_from_disk={}))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Take one request (PEP 3333)."""
        try:
            answer: dict[str, Any] = dict(
                self._gateway.handle_request(
                    environ["REQUEST_METHOD"], _target(environ), _headers(environ), _body(environ)
                )
            )
        except LocalGatewayException as error:
            headers = {"Content-Type": "application/json", **error.headers}  # as Chalice's server
            answer = {"statusCode": error.CODE, "headers": headers, "body": error.body}
        status = HTTPStatus(answer["statusCode"])
        start_response(f"{status.value} {status.phrase}", list(_pairs(answer)))
        body = answer["body"] or b""
        return [body.encode() if isinstance(body, str) else body]


def _target(environ: dict[str, Any]) -> str:
    """Return the path as it was sent, and its query."""
    query = environ["QUERY_STRING"]
    return f"{environ['REQUEST_URI']}?{query}" if query else str(environ["REQUEST_URI"])


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    sent = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            sent[name.replace("_", "-").lower()] = environ[name]
    return sent


def _body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ["wsgi.input"].read(length)) if length else b""


def _pairs(answer: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Give every header, those with several values once for each."""
    yield from answer["headers"].items()
    for name, values in answer.get("multiValueHeaders", {}).items():
        for value in values:
            yield name, value
