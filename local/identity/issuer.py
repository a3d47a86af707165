"""An issuer for development: OpenID Connect on 127.0.0.1, for ready-made people without passwords.

It vouches for whoever asks to be somebody, so it must never be reached from another machine.
"""

from __future__ import annotations

import http.server
import json
import signal
import sys
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.identity.people import PEOPLE
from local.identity.signing import GOOD_FOR_S, Signer

if TYPE_CHECKING:
    from types import FrameType

_MOST_BYTES = 10_000


class TokenError(Exception):
    """A request for a token is refused; the message is the code of RFC 6749, 5.2."""


class Issuer(http.server.ThreadingHTTPServer):
    """Serves discovery, keys and tokens; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, port: int, *, key_file: Path | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.signer = Signer(address(self.server_port), key_file=key_file)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        """Answer discovery and keys."""
        at = self.server.signer.issuer
        known: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": at,
                "jwks_uri": f"{at}/jwks.json",
                "token_endpoint": f"{at}/token",
                "grant_types_supported": ["client_credentials", "password"],
                "id_token_signing_alg_values_supported": ["ES256"],
            },
            "/jwks.json": self.server.signer.keys(),
        }
        found = known.get(self.path)
        self._answer(200 if found else 404, found or {"error": "not_found"})

    def do_POST(self) -> None:
        """Answer a request for a token: a form, as RFC 6749 has it."""
        length = min(int(self.headers.get("Content-Length", 0)), _MOST_BYTES)
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        try:
            token = _granted(self.server.signer, form) if self.path == "/token" else None
        except TokenError as error:
            self._answer(400, {"error": str(error)})
            return
        if token is None:
            self._answer(404, {"error": "not_found"})
            return
        kind = {"token_type": "Bearer", "expires_in": GOOD_FOR_S}  # nosec B105  # no password
        self._answer(200, {"access_token": token, **kind})

    def log_message(self, *_: Any) -> None:
        """Log nothing."""

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _granted(signer: Signer, form: dict[str, str]) -> str:
    """Return the token of a client (client_credentials) or of a person (password, without one)."""
    names = {"client_credentials": "client_id", "password": "username"}  # nosec B105  # fields
    kind = form.get("grant_type", "")
    if kind not in names:
        raise TokenError("unsupported_grant_type")
    somebody = PEOPLE.get(form.get(names[kind], ""))
    if somebody is None or somebody.is_machine != (kind == "client_credentials"):
        raise TokenError("invalid_grant")
    return signer.token(somebody)


def address(port: int) -> str:
    """Return the issuer's name, which is where it is."""
    return f"http://127.0.0.1:{port}"


def main() -> None:
    """Serve on the port and with the key file that the arguments name, until SIGTERM."""

    def stop(_: int, __: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    Issuer(int(sys.argv[1]), key_file=Path(sys.argv[2])).serve_forever()


if __name__ == "__main__":
    main()
