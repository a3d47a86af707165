"""When the issuer's keys are fetched, and when they are not."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters import issuer as adapter
from chalicelib.adapters.issuer import AGAIN_AFTER_S, FRESH_S, IssuerKeys, fetched
from chalicelib.domain.claims import is_safe_address
from chalicelib.domain.errors import ConfigurationError, UnavailableError
from chalicelib.settings import Settings
from local.identity import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

ISSUER = "https://login.school.example"
KEY = Signer(ISSUER).keys()["keys"][0]


class Issuer:
    """Answers as an issuer does, and counts how often it was asked for keys."""

    def __init__(self) -> None:
        self.key_ids = ["a"]
        self.down = False
        self.name = ISSUER
        self.asked = 0
        self.was_asked, self.waits = threading.Event(), threading.Event()
        self.waits.set()

    def __call__(self, url: str) -> Any:
        if self.down:
            raise TimeoutError
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return {"issuer": self.name, "jwks_uri": f"{ISSUER}/keys"}
        assert url == f"{ISSUER}/keys"
        self.was_asked.set()
        self.waits.wait(10)
        self.asked += 1
        return {"keys": [{**KEY, "kid": key_id} for key_id in self.key_ids]}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def keys(issuer: Issuer, clock: list[float]) -> IssuerKeys:
    return IssuerKeys(ISSUER, fetch=issuer, now=lambda: clock[0])


def test_keys_are_fetched_once_and_again_after_an_hour(keys, issuer, clock):
    assert [keys.key("a").key_id for _ in range(3)] == ["a"] * 3
    assert issuer.asked == 1

    clock[0] += FRESH_S + 1
    keys.key("a")
    assert issuer.asked == 2


def test_a_new_key_is_found_by_asking_once_more(keys, issuer, clock):
    keys.key("a")
    issuer.key_ids = ["b"]
    clock[0] += AGAIN_AFTER_S + 1

    assert keys.key("b").key_id == "b"
    assert keys.key("a") is None


def test_made_up_ids_do_not_flood_the_issuer(keys, issuer, clock):
    keys.key("a")
    for number in range(100):
        clock[0] += 1
        assert keys.key(f"made-up-{number}") is None

    assert issuer.asked == 1 + 3


def test_known_keys_go_on_while_the_issuer_is_down(keys, issuer, clock):
    keys.key("a")
    issuer.down = True
    clock[0] += 10 * FRESH_S

    assert keys.key("a").key_id == "a"


def test_a_made_up_key_keeps_nobody_waiting_whose_key_is_known(keys, issuer, clock):
    keys.key("a")
    clock[0] += FRESH_S + 1
    issuer.waits = threading.Event()
    others = [threading.Thread(target=keys.key, args=(one,)) for one in ("made-up", "too")]
    for other in others:
        other.start()
    assert issuer.was_asked.wait(10)

    assert keys.key("a").key_id == "a"  # at once, though the issuer has not answered
    assert issuer.asked == 1
    issuer.waits.set()
    for other in others:
        other.join(10)
    assert issuer.asked == 2  # for both of them


def test_an_issuer_that_drips_is_given_up(monkeypatch):
    class Dripping(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)

        def log_message(self, *_: Any) -> None:
            pass

    monkeypatch.setattr(adapter, "TIMEOUT_S", 0.3)
    with served(Dripping) as at:
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="too slow"):
            fetched(at)
    assert time.monotonic() - began < 3


def test_without_any_key_it_is_said_and_tried_again_later(keys, issuer, clock):
    issuer.down = True
    with pytest.raises(UnavailableError):
        keys.key("a")
    issuer.down = False
    with pytest.raises(UnavailableError):
        keys.key("a")
    clock[0] += AGAIN_AFTER_S + 1

    assert keys.key("a").key_id == "a"


def test_an_issuer_that_calls_itself_something_else_is_not_believed(keys, issuer):
    issuer.name = "https://evil.example"

    with pytest.raises(UnavailableError):
        keys.key("a")
    assert issuer.asked == 0


@pytest.mark.parametrize(
    "url", ["https://login.school.example", "http://127.0.0.1:8000", "http://localhost:8000/a"]
)
def test_an_issuer_is_asked_over_tls_or_on_this_machine(url):
    assert is_safe_address(url)
    assert Settings(issuer=url).issuer == url


@pytest.mark.parametrize(
    "url", ["http://login.school.example", "http://127.0.0.1.evil.example", "file:///etc/passwd"]
)
def test_an_issuer_is_not_asked_where_anybody_could_answer(url):
    with pytest.raises(ConfigurationError):
        Settings(issuer=url)
    with pytest.raises(ValueError, match="://"):
        fetched(url)


def test_what_is_fetched_is_json_and_no_redirect_is_followed():
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/good" else 302)
            self.send_header("Location", "/good")
            self.end_headers()
            self.wfile.write(json.dumps({"good": True}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with served(Answer) as at:
        assert fetched(f"{at}/good") == {"good": True}
        with pytest.raises(OSError, match="302"):
            fetched(f"{at}/elsewhere")


@contextlib.contextmanager
def served(answers: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on this machine; give the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
