"""Every route asked by every role: who may do what is what docs/access.md says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import app as front
from chalicelib.domain.roster import ROLES, Line
from local.paths import PROJECT
from tests.builders import enrolled, scored
from tests.http.conftest import student_of
from tests.rosters import advises, holds, put_roster, teaches

if TYPE_CHECKING:
    from tests.http.conftest import Api

TEXT = (PROJECT / "docs" / "access.md").read_text()
RELATED = ("educator", "adviser", "student")
WHO = (*ROLES, *RELATED, "machine", "nobody")
A, B = student_of("ada"), student_of("ben")
OWN = {"course": "MATH-1", "student": A}
OTHER = {"course": "LAW-1", "student": B}
ANY = {
    "item": "essay",
    "number": "1",
    "hold_id": "1",
    "client": "lms",
    "person": "somebody",
    "moment": "2024-10-10T00:00:00Z",
    "quarantine_uid": A,
}
OPEN = {("GET", "/v1/health")}  # nobody is asked who asks
BODIES = {
    "/v1/students/lookup": lambda about: {"student_id": "ada" if about is OWN else "ben"},
    "/v1/people/names": lambda about: {"students": [A, B]},
}


def subject(who: str) -> str:
    return "platform" if who == "machine" else f"one-{who}"


@pytest.fixture
def school(api: Api, database: Any) -> Api:
    """Have a class of one's own and another, each with a student who has an alert."""
    put_roster(
        database,
        *(holds(subject(role), role) for role in ROLES),
        teaches(subject("educator"), "MATH-1"),
        advises(subject("adviser"), A),
        Line(subject("student"), "self", A),
    )
    assert api.put("/v1/clients/platform", {"source": "local"})[0] == 201
    for about, name in ((OWN, "ada"), (OTHER, "ben")):
        course, student = about["course"], about["student"]
        assert api.put(f"/v1/courses/{course}", {"title": "A course"})[0] == 201
        assert api.put(f"/v1/courses/{course}/items/essay", {"title": "Essay"})[0] == 201
        events = [enrolled(f"e{name}", student, 0), scored(f"s{name}", student, 1, 10)]
        api.consume(*(_in(course, one) for one in events))
        about["alert_id"] = str(api.found("/v1/alerts", course=course)["items"][0]["alert_id"])
    api.sweep()
    people = [{"student_id": name, "given_name": name} for name in ("ada", "ben")]
    assert api.post("/v1/people", people)[0] == 200
    return api


def _in(course: str, event: Any) -> Any:
    return msgspec.structs.replace(event, course=course)


def routes() -> list[tuple[str, str]]:
    return sorted(
        (path, method) for path, methods in front.app.routes.items() for method in methods
    )


def ask(api: Api, method: str, path: str, about: dict[str, str]) -> tuple[int, Any]:
    """Ask a route about one's own, or about another's; who may not gets 403 before anything."""
    named = re.sub(r"{(\w+)}", lambda found: {**ANY, **about}[found[1]], path)
    body = json.dumps(BODIES.get(path, lambda _: {})(about)).encode()
    headers = {"Content-Type": "application/json", "If-Match": '"999"'}
    sent = {"headers": headers, "body": b"" if method == "GET" else body}
    answer = api.client.http.request(method, named, **sent)
    assert answer.status_code < 500, (method, named, answer.json_body)
    return answer.status_code, answer.json_body


def told(body: Any) -> int:
    """Return how many rows a list shows, those without a name apart."""
    rows = body.get("items", []) if isinstance(body, dict) else []
    return sum(1 for row in rows if row.get("given_name", row.get("names", "")) is not None)


def cell(school: Api, who: str, method: str, path: str) -> str:
    """Return what a role may: nothing, what is hers, or all."""
    api = school.as_("platform" if who == "machine" else "educator", sub=subject(who))
    (status, body), (elsewhere, _) = (ask(api, method, path, about) for about in (OWN, OTHER))
    if status == 403:
        assert elsewhere == 403, (who, method, path)
        return "no"
    if elsewhere == 403:
        return "own"
    everything = ask(school, method, path, OWN)[1]
    return "yes" if told(body) == told(everything) else "own"


def documented() -> dict[tuple[str, str], dict[str, str]]:
    lines = [line for line in TEXT.splitlines() if line.startswith("| ")]
    (header,) = [one for one in lines if one.startswith("| method | path |")]
    columns = [name.strip() for name in header.strip("|").split("|")]
    assert tuple(columns[2:]) == WHO
    found = {}
    for line in lines:
        cells = [one.strip() for one in line.strip("|").split("|")]
        if cells[0] in {"GET", "PUT", "POST", "DELETE"}:
            found[cells[1].strip("`"), cells[0]] = dict(zip(WHO, cells[2:], strict=True))
    return found


@pytest.mark.parametrize("who", WHO)
def test_each_role_may_what_the_table_says(school, who):
    found = {
        (path, method): cell(school, who, method, path)
        for path, method in routes()
        if (method, path) not in OPEN
    }
    assert found == {route: cells[who] for route, cells in documented().items()}
