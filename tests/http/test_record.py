"""A privacy officer's questions, one call each: record, disclosures, corrections."""

from __future__ import annotations

import json

import pytest

from tests.builders import STUDENTS, enrolled, scored
from tests.http.conftest import student_of

ADA = student_of("ada")


@pytest.fixture
def lived(api):
    api.put("/v1/courses/MATH-1", {"title": "Mathematics"})
    api.consume(enrolled("e1", ADA, 0), scored("m1", ADA, 1, 40), scored("m2", STUDENTS[0], 1, 90))
    api.post("/v1/people", [{"student_id": "ada", "given_name": "Ada", "family_name": "<King>"}])
    return api


def test_the_whole_record_as_json(lived):
    found = lived.found(f"/v1/students/{ADA}/record")
    assert found["person"]["family_name"] == "<King>"
    assert [one["event_id"] for one in found["events"]] == ["e1", "m1"]
    assert found["student"] == ADA
    again = lived.found(f"/v1/students/{ADA}/record")
    assert [one["what"] for one in again["ledger"]] == ["students/record"]


def test_the_whole_record_as_a_page(lived):
    answer = lived.client.http.get(
        f"/v1/students/{ADA}/record", headers={"Accept": "text/html,application/xhtml+xml"}
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    page = answer.body.decode()
    assert "&lt;King&gt;" in page
    assert "<King>" not in page


def test_of_who_is_not_known_there_is_no_record(lived):
    assert lived.get(f"/v1/students/{STUDENTS[2]}/record")[0] == 404


def test_disclosures_leave_out_school_officials_and_count_them(lived):
    lived.found(f"/v1/students/{ADA}")
    found = lived.found(f"/v1/students/{ADA}/disclosures")
    assert (found["items"], found["rule"]) == ([], "34 CFR 99.32")
    assert [count for why, count in found["exempt"].items() if "official" in why] == [1]


def test_a_correction_from_request_to_statement(lived):
    path = f"/v1/students/{ADA}/corrections"
    asked = {"about": "The mark of quiz-1", "wanted": "80 %", "course": "MATH-1"}
    assert lived.post(path, asked) == (201, {"number": 1})
    status, decided = lived.put(
        f"{path}/1/decision", {"decision": "refused", "reason": "The mark is right."}
    )
    assert (status, decided["decision"]) == (200, "refused")
    assert lived.put(f"{path}/1/decision", {"decision": "granted", "reason": "no"})[0] == 409
    status, stated = lived.put(f"{path}/1/statement", {"statement": "I handed in four pages."})
    assert (status, stated["statement"]) == (200, "I handed in four pages.")
    assert lived.found(path)["items"] == [stated]
    (shown,) = lived.found(f"/v1/students/{ADA}")["statements"]
    assert (shown["about"], shown["statement"]) == (asked["about"], "I handed in four pages.")
    assert lived.found(f"/v1/students/{ADA}/record")["corrections"][0]["statement"]


def correcting(**more):
    """Return the event that corrects ada's mark."""
    return {
        "event_type": "assessment_scored", "event_id": "fix-1", "student_id": "ada",
        "course_id": "MATH-1", "item_id": "quiz-1", "score": 80, "max_score": 100,
        "occurred_at": "2024-10-20T12:00:00Z", **more,
    }  # fmt: skip


def test_a_granted_correction_is_on_the_stream_as_the_registrars(lived):
    path = f"/v1/students/{ADA}/corrections"
    lived.post(path, {"about": "quiz-1", "wanted": "80 %"})
    event = correcting()
    status, decided = lived.put(
        f"{path}/1/decision", {"decision": "granted", "reason": "a page was missed", "event": event}
    )
    assert (status, decided["correcting"]) == (200, "fix-1")
    assert len(lived.stream.records) == 1


def test_what_is_wrong_with_a_correcting_event_is_said(lived):
    path = f"/v1/students/{ADA}/corrections"
    lived.post(path, {"about": "quiz-1", "wanted": "80 %"})
    event = correcting(max_score=0)
    status, body = lived.put(
        f"{path}/1/decision", {"decision": "granted", "reason": "r", "event": event}
    )
    assert status == 400
    assert "$.event" in json.dumps(body)
    assert lived.stream.records == []


def test_of_who_is_unknown_nothing_can_be_corrected(lived):
    path = f"/v1/students/{STUDENTS[2]}/corrections"
    assert lived.post(path, {"about": "a", "wanted": "b"})[0] == 404
    for number in ("7", "3000000000", "9" * 18):  # more than the database's numbers of this kind
        path = f"/v1/students/{ADA}/corrections/{number}"
        assert lived.put(f"{path}/statement", {"statement": "s"})[0] == 404
        assert lived.put(f"{path}/decision", {"decision": "refused", "reason": "r"})[0] == 404
