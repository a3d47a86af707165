"""What people do with an alert through the API, and what they are told when they may not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from tests.builders import STUDENTS, scored

ADA = STUDENTS[0]
CHANGES = [
    ("POST", "acknowledge", {}, "acknowledged"),
    ("PUT", "assignee", {"assignee": "ben"}, "open"),
    ("POST", "notes", {"note": "Called home."}, "open"),
    ("POST", "resolve", {"outcome": "improved"}, "resolved"),
    ("PUT", "snooze", {"until": "2025-02-10T08:00:00Z"}, "snoozed"),
    ("POST", "interventions", {"kind": "tutoring"}, "in_progress"),
]
EVERY = pytest.mark.parametrize(
    ("method", "what", "body", "state"), CHANGES, ids=[what for _, what, _, _ in CHANGES]
)


@dataclasses.dataclass
class Alert:
    """One open alert, worked on through the API."""

    api: Any
    path: str

    def ask(self, method: str, what: str, body: Any, **headers: str) -> Any:
        """Return the raw answer; without headers, those of a person who has just read it."""
        sent = headers or {"If-Match": self.etag()}
        return self.api.client.http.request(
            method,
            f"{self.path}/{what}",
            headers={"Content-Type": "application/json", **sent},
            body=json.dumps(body).encode(),
        )

    def done(self, method: str, what: str, body: Any) -> Any:
        """Return what has become of the alert."""
        answer = self.ask(method, what, body)
        assert answer.status_code in {200, 201}, answer.json_body
        assert answer.json_body == self.api.found(self.path)
        return answer.json_body

    def etag(self) -> str:
        return str(self.api.client.http.get(self.path).headers["ETag"])


@pytest.fixture
def alert(api) -> Alert:
    api.consume(scored("m1", ADA, 1, 10))
    (found,) = api.found("/v1/alerts")["items"]
    return Alert(api, f"/v1/alerts/{found['alert_id']}")


def searched(api: Any, **wanted: Any) -> Any:
    return api.post("/v1/alerts/search", wanted)[1]["items"]


@EVERY
def test_a_change_shows_in_state_version_history_and_list(alert, method, what, body, state):
    answer = alert.ask(method, what, body)

    shown = answer.json_body
    assert answer.status_code == (201 if what == "interventions" else 200)
    assert answer.headers["ETag"] == '"2"'
    assert (shown["state"], shown["version"]) == (state, 2)
    assert shown["history"][-1]["person"] == "administrator"
    assert shown["history"][0]["person"] is None
    (listed,) = alert.api.found("/v1/alerts", state=state)["items"]
    assert listed == {name: shown[name] for name in listed}


@EVERY
def test_a_stale_version_is_412_and_changes_nothing(alert, method, what, body, state):
    stale = alert.etag()
    alert.done("POST", "notes", {"note": "Somebody else was here."})
    before = alert.api.found(alert.path)

    answer = alert.ask(method, what, body, **{"If-Match": stale})

    assert (answer.status_code, answer.json_body["type"]) == (412, "/problems/stale")
    assert alert.api.found(alert.path) == before


@EVERY
def test_without_a_version_it_is_428(alert, method, what, body, state):
    answer = alert.ask(method, what, body, **{"X-Correlation-Id": "unconditional"})

    assert (answer.status_code, answer.json_body["type"]) == (428, "/problems/unconditional")


@EVERY
def test_it_is_the_one_who_has_signed_in_who_did_it(alert, method, what, body, state):
    nobody = dataclasses.replace(alert, api=alert.api.as_(""))
    assert nobody.ask(method, what, body, **{"If-Match": "*"}).status_code == 401

    registrar = dataclasses.replace(alert, api=alert.api.as_("administrator", sub="grace"))
    told = {"If-Match": alert.etag(), "X-Person": "somebody else"}
    assert registrar.ask(method, what, body, **told).json_body["history"][-1]["person"] == "grace"


@EVERY
@pytest.mark.parametrize("alert_id", ["999", "abc", "9" * 30])
def test_an_unknown_alert_is_404(api, method, what, body, state, alert_id):
    headers = {"If-Match": "*"}
    answer = Alert(api, f"/v1/alerts/{alert_id}").ask(method, what, body, **headers)

    assert (answer.status_code, answer.json_body["type"]) == (404, "/problems/not-found")


@EVERY
def test_a_closed_alert_is_409_but_for_notes(alert, method, what, body, state):
    alert.done("POST", "resolve", {"outcome": "false_alarm"})

    answer = alert.ask(method, what, body)

    if what == "notes":
        assert answer.json_body["state"] == "resolved"
    else:
        assert (answer.status_code, answer.json_body["type"]) == (409, "/problems/conflict")


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "acknowledge", {"notes": "x"}),
        ("POST", "acknowledge", []),
        ("PUT", "assignee", {}),
        ("PUT", "assignee", {"assignee": ""}),
        ("POST", "notes", {"note": ""}),
        ("POST", "notes", {"note": "a\0"}),
        ("POST", "resolve", {}),
        ("POST", "resolve", {"outcome": "cured"}),
        ("PUT", "snooze", {}),
        ("PUT", "snooze", {"until": "2025-02-10"}),
        ("PUT", "snooze", {"until": "2024-01-01T00:00:00Z"}),
        ("PUT", "snooze", {"until": "2035-01-01T00:00:00Z"}),
        ("POST", "interventions", {"kind": "prayer"}),
        ("POST", "interventions", {"kind": "plan", "started_at": "2035-01-01T00:00:00Z"}),
    ],
)
def test_what_makes_no_sense_is_400(alert, method, what, body):
    answer = alert.ask(method, what, body)

    assert (answer.status_code, answer.json_body["type"]) == (400, "/problems/invalid-request")
    assert alert.etag() == '"1"'


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("*", 200),
        ('"1"', 200),
        ('"9", "1"', 200),
        ('W/"1"', 412),
        ('"2"', 412),
        ('"one"', 412),
        ("1", 400),
        ('"1', 400),
        ("", 428),
    ],
)
def test_if_match_is_read_as_the_standard_has_it(alert, tag, status):
    headers = {"If-Match": tag}
    assert alert.ask("POST", "acknowledge", {}, **headers).status_code == status


def test_what_is_so_already_is_200_and_no_new_version(alert):
    alert.done("POST", "acknowledge", {})

    assert alert.done("POST", "acknowledge", {})["version"] == 2


def test_an_intervention_from_its_start_to_its_outcome(alert):
    shown = alert.done(
        "POST", "interventions", {"kind": "tutoring", "started_at": "2025-02-01T09:00:00+01:00"}
    )
    assert shown["interventions"] == [
        {
            "number": 1,
            "kind": "tutoring",
            "person": "administrator",
            "started_at": "2025-02-01T08:00:00Z",
            "ended_at": None,
            "outcome": None,
        }
    ]

    body = {"outcome": "improved", "ended_at": "2025-02-03T00:00:00Z", "note": "Passed quiz 2."}
    (ended,) = alert.done("PUT", "interventions/1", body)["interventions"]

    assert (ended["ended_at"], ended["outcome"]) == ("2025-02-03T00:00:00Z", "improved")


@pytest.mark.parametrize("number", ["2", "0", "x", "-1", "9" * 30])
def test_an_unknown_intervention_is_404(alert, number):
    alert.done("POST", "interventions", {"kind": "plan"})

    answer = alert.ask("PUT", f"interventions/{number}", {"outcome": "worse"})

    assert answer.status_code == 404


def test_the_whole_way_is_in_the_history(alert):
    alert.done("POST", "acknowledge", {"note": "Seen."})
    alert.done("PUT", "assignee", {"assignee": "ben"})
    alert.done("PUT", "snooze", {"until": "2025-02-10T08:00:00Z"})
    alert.done("PUT", "snooze", {"until": None})
    alert.done("POST", "interventions", {"kind": "family_contact"})
    alert.done("PUT", "interventions/1", {"outcome": "no_change"})
    shown = alert.done("POST", "resolve", {"outcome": "supported", "note": "Tutor found."})

    told = [(one["change"], one["details"]) for one in shown["history"]]
    assert told == [
        ("opened", None),
        ("acknowledged", {"note": "Seen."}),
        ("assigned", {"assignee": "ben"}),
        ("snoozed", {"until": "2025-02-10T08:00:00Z"}),
        ("woken", None),
        ("intervention_started", {"number": 1, "kind": "family_contact"}),
        ("intervention_ended", {"number": 1, "outcome": "no_change"}),
        ("resolved", {"outcome": "supported", "note": "Tutor found."}),
    ]
    assert [one["version"] for one in shown["history"]] == list(range(1, 9))
    assert (shown["outcome"], shown["assignee"]) == ("supported", "ben")
    assert shown["noted_at"] == shown["closed_at"] == "2025-02-04T00:00:00Z"


def test_an_alert_is_found_by_whose_it_is(alert):
    alert.done("PUT", "assignee", {"assignee": "ben"})

    assert len(searched(alert.api, assignee="ben")) == 1
    assert searched(alert.api, assignee="ada") == []


def test_a_resolved_alert_is_not_among_the_students_open_ones(alert):
    alert.done("POST", "resolve", {"outcome": "improved"})

    assert alert.api.found(f"/v1/students/{ADA}")["alerts"] == []
    (student,) = alert.api.found("/v1/courses/MATH-1/students")["items"]
    assert student["open_alerts"] == 0


def test_a_snoozed_alert_is_back_when_its_time_is_over(alert):
    alert.done("PUT", "snooze", {"until": "2025-02-10T08:00:00Z"})
    assert searched(alert.api, sort="todo", student=ADA) == []

    alert.api.clock.moment = dt.datetime(2025, 2, 10, 8, tzinfo=dt.UTC)

    (back,) = searched(alert.api, sort="todo", student=ADA)
    assert back["state"] == "open"
