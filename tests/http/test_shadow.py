"""A policy in shadow: put, shown and ended; judged by the sweep, compared, and alerting no one."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import START, STUDENTS, scored

ADA, BEN, EVE = STUDENTS
PATHS = ["/v1/policy/shadow", "/v1/courses/MATH-1/policy/shadow"]
REPORT = "/v1/policy/shadow/report"
# In force: flagged below 40 %, in shadow below 70 %.
WIDER = {"early_warning_bp": 7000}


def delete(api, path):
    answer = api.client.http.request("DELETE", path)
    return answer.status_code, answer.json_body


def at(api, day):
    api.clock.moment = START + dt.timedelta(days=day)


def marks(student, day, percent, **more):
    """Return three marks, so that no rule about a single one speaks."""
    return [
        scored(f"{student[:2]}{day}-{n}", student, day, percent, item=f"quiz-{n}", **more)
        for n in range(3)
    ]


def rule(api, name="low_marks", **query):
    found = {one["rule"]: one for one in api.found(REPORT, **query)["rules"]}
    return found.get(name)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_in_shadow_until_it_is_put_and_after_it_has_ended(api, path):
    before = api.found(path)
    assert api.put(path, WIDER) == (201, {"changed": True})
    assert api.put(path, WIDER) == (200, {"changed": False})
    during = api.found(path)
    assert delete(api, path) == (200, {"changed": True})
    assert delete(api, path) == (200, {"changed": False})
    after = api.found(path)

    assert (before["active"], before["version"], before["differs"]) == (False, 0, {})
    assert (during["active"], during["version"], during["changes"]) == (True, 1, WIDER)
    assert during["differs"] == {"early_warning_bp": {"in_force": 4000, "shadow": 7000}}
    assert (after["active"], after["version"], after["differs"]) == (False, 2, {})
    assert [one["changes"] for one in after["history"]] == [None, WIDER]
    assert {one["set_by"] for one in after["history"]} == {during["history"][0]["set_by"]}
    assert during["history"][0]["set_by"]


@pytest.mark.parametrize("path", PATHS)
def test_a_bad_policy_is_refused_by_key_and_reason_and_the_old_one_stays(api, path):
    api.put(path, WIDER)
    status, problem = api.put(path, {"low_mark_bp": 9000})

    assert status == 400
    assert "low_mark_bp" in problem["errors"][0]["path"]
    assert api.found(path)["changes"] == WIDER


def test_a_shadow_of_the_institution_that_a_courses_own_contradicts_is_refused(api):
    api.put("/v1/courses/MATH-1/policy", {"early_warning_bp": 4500})

    status, problem = api.put(PATHS[0], {"low_mark_bp": 4800, "early_warning_bp": 5000})

    assert status == 400
    assert "MATH-1" in problem["detail"]


def test_what_is_in_shadow_is_not_in_force(api):
    api.put(PATHS[0], WIDER)

    assert api.found("/v1/policy")["policy"]["early_warning_bp"]["value"] == 4000
    assert api.found(PATHS[1])["active"] is True
    assert api.found(PATHS[1])["differs"] == api.found(PATHS[0])["differs"]


def test_students_are_flagged_by_both_by_one_and_by_the_other(api):
    api.put(PATHS[1], WIDER)
    at(api, 10)
    api.consume(*marks(ADA, 5, 30), *marks(BEN, 5, 60), *marks(EVE, 5, 90))
    api.sweep()
    found = rule(api)
    api.put(PATHS[1], {"early_warning_bp": 2500, "low_mark_bp": 2500})
    api.sweep()
    narrower = rule(api)

    assert (found["both"], found["only_in_force"], found["only_in_shadow"]) == (1, 0, 1)
    assert found["alerts"] == {"in_force": 1, "shadow": 2, "new": 1}
    assert (narrower["both"], narrower["only_in_force"]) == (0, 1)


def test_nobody_is_alerted_and_no_page_says_anything_of_it(api):
    at(api, 10)
    api.consume(*marks(BEN, 5, 60))
    api.sweep()
    before = api.found(f"/v1/students/{BEN}"), api.found("/v1/alerts")
    api.put(PATHS[0], WIDER)
    api.sweep()

    assert rule(api)["only_in_shadow"] == 1
    assert (api.found(f"/v1/students/{BEN}"), api.found("/v1/alerts")) == before
    with api.ingest.transaction() as cursor:
        cursor.execute("SELECT count(*) FROM announcement")
        assert cursor.fetchall() == [(0,)]


def test_an_alert_opens_once_closes_and_stays_quiet_as_one_in_force_would(api):
    api.put(PATHS[0], {**WIDER, "cool_down_cleared_days": 5})
    opened = []
    for day, percent in ((10, 60), (10, 60), (11, 60), (12, 95), (13, 60), (20, 60)):
        at(api, day)
        api.consume(*marks(BEN, day - 0.5 + len(opened) / 100, percent))
        api.sweep()
        opened.append(rule(api)["alerts"]["new"])

    assert opened == [1, 1, 1, 1, 1, 2]


def test_a_new_version_begins_anew_and_says_what_is_open_in_force_already(api):
    at(api, 10)
    api.consume(*marks(ADA, 5, 30), *marks(BEN, 5, 60))
    for percent in (7000, 7100):
        api.put(PATHS[0], {"early_warning_bp": percent})
        api.sweep()

    assert rule(api)["alerts"] == {"in_force": 1, "shadow": 4, "new": 2}


def test_the_report_tells_of_the_days_and_the_course_that_are_asked_for(api):
    api.put(PATHS[1], WIDER)
    for day in (10, 11):
        at(api, day)
        more = [] if day == 10 else marks(EVE, 10, 60)
        api.consume(*marks(BEN, day - 1, 60), *more, *marks(ADA, day - 1, 60, course="ART-1"))
        api.sweep()

    whole = api.found(REPORT)
    assert (whole["course"], whole["from"], whole["to"]) == (None, "2024-09-21", "2024-10-18")
    assert whole["days"] == [
        {"day": "2024-10-17", "both": 0, "only_in_force": 0, "only_in_shadow": 1},
        {"day": "2024-10-18", "both": 0, "only_in_force": 0, "only_in_shadow": 2},
    ]
    assert rule(api)["only_in_shadow"] == 2  # a student counts once, however many the days
    assert rule(api, to="2024-10-17")["only_in_shadow"] == 1
    assert rule(api, course="MATH-1")["only_in_shadow"] == 2
    assert rule(api, course="ART-1") is None


def test_after_its_end_nothing_is_compared_and_what_was_stays_to_be_read(api):
    api.put(PATHS[0], WIDER)
    at(api, 10)
    api.consume(*marks(BEN, 5, 60))
    api.sweep()
    delete(api, PATHS[0])
    at(api, 11)
    api.sweep()

    assert [one["day"] for one in api.found(REPORT)["days"]] == ["2024-10-17"]


def test_comparisons_are_forgotten_after_their_days(api):
    api.put(PATHS[0], WIDER)
    at(api, 10)
    api.consume(*marks(BEN, 5, 60))
    api.sweep()
    at(api, 130)
    api.sweep()
    kept = api.found(REPORT, **{"from": "2024-10-17", "to": "2024-11-17"})["days"]
    at(api, 131)
    api.sweep()

    assert len(kept) == 1
    assert api.found(REPORT, **{"from": "2024-10-17", "to": "2024-11-17"})["days"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "20241017"},
        {"from": "2024-10-17T00:00:00Z"},
        {"to": "0001-01-01"},
        {"from": "2024-10-18", "to": "2024-10-17"},
        {"from": "2024-01-01", "to": "2024-10-17"},
        {"course": ""},
    ],
)
def test_days_that_cannot_be_are_refused(api, query):
    status, problem = api.get(REPORT, **query)

    assert status == 400
    assert problem["type"] == "/problems/invalid-request"
