"""No log line holds a token, a student's own id, a name, or what was written of a student."""

from __future__ import annotations

import io
import json
import logging

import pytest

import app as front
from chalicelib.http import openapi
from chalicelib.telemetry import logger
from local.identity import named
from tests.http.test_post_events import EVENT
from tests.signed_in import token

STUDENT, NAME, NOTE = "STUDENT-4711", "Ada Lovelace", "a word in confidence"
ROUTES = [
    (method, path) for path, methods in front.app.routes.items() for method in sorted(methods)
]


@pytest.fixture
def log(monkeypatch):
    """Collect every line of every logger, the finest too, as a function in AWS writes them."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "monitor-api")
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    levels = {one: one.level for one in (logger, logging.getLogger())}
    for one in levels:
        one.addHandler(handler)
        one.setLevel(logging.DEBUG)
    yield lines
    for one, level in levels.items():
        one.removeHandler(handler)
        one.setLevel(level)


def ask_everything(api, *, tokens):
    """Ask every route, as everybody, with what must not be told in every body and header."""
    bodies = [
        json.dumps(body).encode()
        for body in (
            {"student_id": STUDENT, "note": NOTE, "name": NAME},
            [{**EVENT, "student_id": STUDENT, "metadata": {"note": NOTE}}, {"student_id": STUDENT}],
            STUDENT,
        )
    ] + [STUDENT.encode(), f'{{"student_id": "{STUDENT}'.encode()]
    for sent in tokens:
        for method, path in ROUTES:
            for body in bodies if method != "GET" else [b""]:
                headers = {"Content-Type": "application/json", "If-Match": "*"}
                signed = {"Authorization": f"Bearer {sent}", "X-Correlation-Id": STUDENT}
                filled = path.replace("{student}", STUDENT).replace("{", "").replace("}", "")
                api.client.http.request(method, filled, headers=headers | signed, body=body)


def test_whatever_is_asked_the_log_tells_of_nobody(api, log, capfd):
    assert api.put("/v1/clients/platform", {"source": "local"})[0] == 201
    good = [token(named(name)) for name in ("administrator", "platform", "student")]
    bad = [token(named("student"), exp=1), good[0][:-4] + "AAAA", "not.a-token.at-all"]

    ask_everything(api, tokens=[*good, *bad])
    api.stream.put = _broken
    api.as_("platform").post("/v1/events", {**EVENT, "student_id": STUDENT})

    told = log.getvalue() + "".join(capfd.readouterr())
    assert "not signed in: The token has expired" in told
    assert "EventsAccepted" in told
    assert "unexpected" in told
    for secret in (STUDENT, NAME, NOTE, *good, *bad, *(one.split(".")[2] for one in good)):
        assert secret not in told


def test_no_route_takes_a_students_own_id_in_its_address():
    for path, methods in openapi.document(front.app.routes, "any")["paths"].items():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                assert "token" not in parameter["name"]
                if "student" in parameter["name"]:
                    schema = parameter["schema"]  # a pseudonym, or the name of a column
                    assert schema.get("format") == "uuid" or "enum" in schema, path


def _broken(*_, **__):
    raise RuntimeError(json.dumps({"the inside": STUDENT}))
