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

from local.identity import codes, page
from local.identity.people import PEOPLE
from local.identity.signing import GOOD_FOR_S, Signer

if TYPE_CHECKING:
    from types import FrameType

_MOST_BYTES = 10_000
_HTML = "text/html; charset=utf-8"
Json = dict[str, Any]


class TokenError(Exception):
    """A request for a token is refused; the message is the code of RFC 6749, 5.2."""


class Issuer(http.server.ThreadingHTTPServer):
    """Serves discovery, keys, sign-in and tokens; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, port: int, *, key_file: Path | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.signer = Signer(address(self.server_port), key_file=key_file)
        self.codes = codes.Codes()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        """Answer discovery and keys, and show whom one can sign in as."""
        path, _, query = self.path.partition("?")
        known = {
            "/.well-known/openid-configuration": _discovery(self.server.signer.issuer),
            "/jwks.json": self.server.signer.keys(),
        }
        if not self._is_for_us() or path not in {*known, "/authorize"}:
            self._answer(404, {"error": "not_found"})
        elif path == "/authorize":
            self._authorize(query, None)
        else:
            self._answer(200, known[path])

    def do_POST(self) -> None:
        """Answer a request for a token, and the choice of a person: forms, as RFC 6749 has it."""
        length = min(int(self.headers.get("Content-Length", 0)), _MOST_BYTES)
        form = self.rfile.read(length).decode(errors="replace")
        if not self._is_for_us() or self.path not in {"/token", "/authorize"}:
            self._answer(404, {"error": "not_found"})
        elif self.path == "/authorize":
            sent = urllib.parse.parse_qsl(form, keep_blank_values=True)
            rest = [(name, value) for name, value in sent if name != "person"]
            self._authorize(urllib.parse.urlencode(rest), dict(sent).get("person", ""))
        else:
            self._token(dict(urllib.parse.parse_qsl(form)))

    def log_message(self, *_: Any) -> None:
        """Log nothing."""

    def _is_for_us(self) -> bool:
        """Tell whether the request names this machine: another name may be made to lead here."""
        return codes.is_loopback(f"http://{self.headers.get('Host', '')}")

    def _authorize(self, query: str, somebody: str | None) -> None:
        """Show who there is, or go back with a code for whom was chosen, or with what is wrong."""
        try:
            asked, sent = codes.read(query)
        except codes.WrongRequestError as error:
            self._send(400, page.wrong_page(str(error)), {"Content-Type": _HTML, **page.HEADERS})
            return
        at = self.server.signer.issuer
        try:
            codes.check(sent)
            if somebody is None:
                self._send(200, page.choose_page(sent), {"Content-Type": _HTML, **page.HEADERS})
                return
            back = asked.back(code=self.server.codes.give(somebody, asked), iss=at)
        except codes.RefusedError as error:
            back = asked.back(error=str(error), iss=at)
        self._send(303, "", {"Location": back, "Referrer-Policy": "no-referrer"})

    def _token(self, form: dict[str, str]) -> None:
        try:
            self._answer(200, _granted(self.server, form))
        except TokenError as error:
            self._answer(400, {"error": str(error)})

    def _answer(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body), {"Content-Type": "application/json"} | self._origin())

    def _origin(self) -> dict[str, str]:
        """Let a page read the answer that comes from this machine as well, and no other."""
        origin = self.headers.get("Origin", "")
        if not codes.is_loopback(origin):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}

    def _send(self, status: int, text: str, headers: dict[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _discovery(at: str) -> Json:
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/authorize",
        "authorization_response_iss_parameter_supported": True,
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": ["authorization_code", "client_credentials", "password"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "jwks_uri": f"{at}/jwks.json",
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["public"],
        "token_endpoint": f"{at}/token",
        "token_endpoint_auth_methods_supported": ["none"],
    }


def _granted(server: Issuer, form: dict[str, str]) -> Json:
    """Return tokens for a code, for a client, or for a person by name, without a password."""
    told: Json = {"token_type": "Bearer", "expires_in": GOOD_FOR_S}  # nosec B105  # no password
    if form.get("grant_type") == "authorization_code":
        grant = server.codes.redeem(form)
        if grant is None:
            raise TokenError("invalid_grant")
        somebody, nonce = PEOPLE[grant.somebody], grant.asked.nonce
        tokens = {
            "access_token": server.signer.token(somebody),
            "id_token": server.signer.id_token(somebody, nonce),
        }
        return told | tokens | {"scope": somebody.scope}
    return told | {"access_token": _of_name(server.signer, form)}


def _of_name(signer: Signer, form: dict[str, str]) -> str:
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
