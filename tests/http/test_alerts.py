"""What the API tells of alerts: the list, narrowed; one alert with evidence and history."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from tests.builders import STUDENTS, attended, enrolled, scored, submitted

ADA, BEN, _ = STUDENTS
CLASS = [str(uuid.UUID(int=n * 2**120 + n)) for n in range(1, 12)]


@pytest.fixture
def alerts(api):
    """Have two rules fire for two students in two courses; one alert has cleared since."""
    api.consume(
        scored("m1", ADA, 1, 10),
        scored("m2", BEN, 1, 10, course="ART-1"),
        *(attended(f"a{n}", ADA, n, "absent", f"s{n}") for n in range(30)),
    )
    api.clock.moment += dt.timedelta(days=1)
    api.consume(scored("m3", BEN, 2, 90, course="ART-1"))
    return api


def seen(api, **query):
    return [_told(one) for page in api.pages("/v1/alerts", **query) for one in page]


def searched(api, **wanted):
    """Return what the body of a search finds, page by page."""
    found, cursor = [], {}
    while cursor is not None:
        status, page = api.post("/v1/alerts/search", {**wanted, **cursor})
        assert status == 200, page
        found += [_told(one) for one in page["items"]]
        cursor = page["next"] and {"cursor": page["next"]}
    return found


def _told(one):
    return one["student"], one["course"], one["rule"], one["state"]


LOW = (ADA, "MATH-1", "low_marks", "open")
ABSENT = (ADA, "MATH-1", "chronic_absence", "open")
CLEARED = (BEN, "ART-1", "low_marks", "cleared")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {LOW, ABSENT, CLEARED}),
        ({"course": "MATH-1"}, {LOW, ABSENT}),
        ({"student": BEN}, {CLEARED}),
        ({"rule": "low_marks"}, {LOW, CLEARED}),
        ({"state": "open"}, {LOW, ABSENT}),
        ({"state": "active"}, {LOW, ABSENT}),
        ({"state": "cleared"}, {CLEARED}),
        ({"state": "resolved"}, set()),
        ({"assignee": "ada"}, set()),
        ({"sort": "todo", "course": "MATH-1"}, {LOW, ABSENT}),
        ({"sort": "todo", "student": BEN}, set()),
        ({"sort": "todo", "student": ADA, "rule": "low_marks"}, {LOW}),
        ({"rule": "low_marks", "state": "open", "student": ADA, "course": "MATH-1"}, {LOW}),
        ({"course": "NONE"}, set()),
        ({"student": str(uuid.UUID(int=5))}, set()),
    ],
)
def test_the_list_is_narrowed_by_course_student_rule_and_state(alerts, query, wanted):
    found = searched(alerts, **query)

    assert set(found) == wanted
    assert len(found) == len(wanted)
    assert searched(alerts, **query, limit=1) == found
    if not {"student", "assignee"} & query.keys():
        assert seen(alerts, **query) == found


def test_no_address_says_whose_alerts_are_wanted(alerts):
    for query in ({"student": ADA}, {"assignee": "ada"}, {"sort": "todo", "student": ADA}):
        status, problem = alerts.get("/v1/alerts", **query)
        assert status == 400
        assert "POST /v1/alerts/search" in problem["detail"]


def test_who_asks_finds_her_own_by_me(alerts):
    number = alerts.found("/v1/alerts", state="open")["items"][0]["alert_id"]
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    path, body = f"/v1/alerts/{number}/assignee", b'{"assignee": "administrator"}'
    assert alerts.client.http.put(path, headers=headers, body=body).status_code == 200

    for sort in ("newest", "todo"):
        (found,) = alerts.found("/v1/alerts", assignee="me", sort=sort)["items"]
        assert found["alert_id"] == number
    assert (
        alerts.as_("administrator", sub="grace").found("/v1/alerts", assignee="me")["items"] == []
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"state": "asleep"}, 400),
        ({"sort": "oldest"}, 400),
        ({"sort": "todo"}, 400),
        ({"sort": "todo", "course": "MATH-1", "state": "resolved"}, 400),
        ({"assignee": ""}, 400),
        ({"rule": ""}, 400),
        ({"course": "a\0"}, 400),
        ({"limit": "201"}, 400),
        ({"cursor": "bad"}, 400),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(alerts, query, status):
    assert alerts.get("/v1/alerts", **query)[0] == status
    assert alerts.post("/v1/alerts/search", query)[0] == status


@pytest.mark.parametrize("body", [{"student": "somebody"}, {"limit": 0}, {"who": "ada"}, []])
def test_a_search_that_cannot_be_is_refused(alerts, body):
    assert alerts.post("/v1/alerts/search", body)[0] == 400


def test_alerts_are_paged_newest_first_and_a_new_one_moves_no_page(api):
    for day, student in enumerate(CLASS[:-1]):
        api.clock.moment += dt.timedelta(days=day % 2)  # two open at the same moment
        api.consume(scored(f"m{day}", student, day, 10))
    pages = api.pages("/v1/alerts", limit=3)
    first = next(pages)

    api.clock.moment += dt.timedelta(days=1)
    api.consume(scored("new", CLASS[-1], 20, 10))

    listed = [one["student"] for page in (first, *pages) for one in page]
    assert listed == CLASS[-2::-1]
    assert seen(api)[0][0] == CLASS[-1]


def test_an_alert_tells_why_with_evidence_and_what_became_of_it(api):
    opened = api.clock.moment
    api.consume(scored("m1", ADA, 1, 10))
    api.clock.moment += dt.timedelta(days=1)
    api.consume(scored("m2", ADA, 2, 20, item="quiz-2"))
    api.clock.moment += dt.timedelta(days=1)
    api.consume(*(scored(f"r{n}", ADA, 3, 95, item=f"quiz-{n}") for n in (1, 2)))
    (listed,) = api.found("/v1/alerts")["items"]

    found = api.found(f"/v1/alerts/{listed['alert_id']}")

    history = found.pop("history")
    evidence = found.pop("evidence")
    events = found.pop("events")
    assert found.pop("interventions") == []
    assert found == listed
    assert found["state"] == "cleared"
    assert found["opened_at"] == f"{opened:%Y-%m-%dT%H:%M:%SZ}"
    assert found["closed_at"] == "2025-02-06T00:00:00Z"
    assert [(entry["version"], entry["change"]) for entry in history] == [
        (1, "opened"),
        (2, "updated"),
        (3, "cleared"),
    ]
    assert [entry["changed_at"] for entry in history] == [
        "2025-02-04T00:00:00Z",
        "2025-02-05T00:00:00Z",
        "2025-02-06T00:00:00Z",
    ]
    assert "10 %" in history[0]["because"]
    assert "15 %" in history[1]["because"]
    assert evidence["threshold_bp"] == 4000
    assert [(one["event_id"], one["mark"]) for one in events] == [("m2", 20), ("m1", 10)]


def test_an_alert_of_absence_names_the_sessions_missed(api):
    statuses = ["present"] * 16 + ["late", "excused", "absent", "absent"]
    api.consume(*(attended(f"a{n}", ADA, n, s, f"day-{n}") for n, s in enumerate(statuses)))
    (listed,) = api.found("/v1/alerts", rule="chronic_absence")["items"]

    events = api.found(f"/v1/alerts/{listed['alert_id']}")["events"]

    assert [(one["subject"], one["status"]) for one in events] == [
        ("day-19", "absent"),
        ("day-18", "absent"),
        ("day-17", "excused"),
    ]


def test_an_alert_of_what_was_not_done_has_no_events_behind_it(api):
    api.put("/v1/courses/MATH-1/items/essay", {"title": "Essay", "due_at": "2024-10-10T00:00:00Z"})
    api.consume(*(enrolled(f"e{n}", one, 0) for n, one in enumerate(CLASS)))
    api.consume(*(submitted(f"s{n}", one, 1, item="essay") for n, one in enumerate(CLASS[1:])))
    api.sweep()
    (listed,) = api.found("/v1/alerts", rule="missing_work")["items"]

    assert api.found(f"/v1/alerts/{listed['alert_id']}")["events"] == []


def test_a_cursor_is_good_for_its_order_alone(alerts):
    cursor = alerts.found("/v1/alerts", limit=1)["next"]

    query = {"sort": "todo", "course": "MATH-1", "cursor": cursor}
    assert alerts.get("/v1/alerts", **query)[0] == 400


@pytest.mark.parametrize("alert_id", ["999", "abc", "-1", "9" * 30, "%00"])
def test_an_unknown_alert_is_404(api, alert_id):
    status, body = api.get(f"/v1/alerts/{alert_id}")

    assert (status, body["type"]) == (404, "/problems/not-found")
