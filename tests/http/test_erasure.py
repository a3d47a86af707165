"""What a privacy officer does through the API: dry run, erase, prove, hold."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

import app as front
from chalicelib.adapters.erasure_list import FileErasureList
from chalicelib.domain.erasure import verified
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.retention import Retention
from tests.builders import STUDENTS, scored
from tests.http.conftest import KEY

if TYPE_CHECKING:
    from pathlib import Path

STUDENT, OTHER, _ = STUDENTS
PATH = f"/v1/students/{STUDENT}/erasures"
WHY = {"reason": "request of 3 May"}


@pytest.fixture
def one_student(api):
    api.consume(scored("e1", STUDENT, 1, 20), scored("e2", OTHER, 1, 90))
    return api


def test_nothing_is_erased_unless_it_is_said(one_student):
    for path in (PATH, f"{PATH}?dry_run=true"):
        status, told = one_student.post(path, WHY)
        assert status == 200
        assert told["rows"]["event"] == 1
        assert told["holds"] == []
    assert one_student.found(f"/v1/students/{STUDENT}")["student"] == STUDENT
    assert one_student.get(PATH)[0] == 404


def test_an_erased_student_is_gone_and_the_proof_stays(one_student, tmp_path):
    status, proof = one_student.post(f"{PATH}?dry_run=false", WHY)

    assert status == 201
    assert proof["erasure"]["asked_by"] == "administrator"
    assert proof["erasure"]["deleted"]["event"] == 1
    assert one_student.get(f"/v1/students/{STUDENT}")[0] == 404
    assert one_student.found(f"/v1/students/{OTHER}")["student"] == OTHER
    assert one_student.found(PATH) == proof
    listed = [verified(line, KEY) for line in (tmp_path / "erasures").read_bytes().splitlines()]
    assert [(one.student, one.step) for one in listed] == [(STUDENT, "asked"), (STUDENT, "done")]

    again, second = one_student.post(f"{PATH}?dry_run=false", {"reason": "once more"})
    assert (again, second) == (201, proof)


class Lost(FileErasureList):
    """A list that is lost before it is told of something."""

    def __init__(self, path: Path, of: str) -> None:
        super().__init__(path)
        self._of = of

    def add(self, student: str, step: str, entry: bytes) -> None:
        if step == self._of:
            raise UnavailableError("S3 did not take an erasure")
        super().add(student, step, entry)

    def put_last(self, student: str | None) -> None:
        if self._of == "last":
            raise UnavailableError("S3 did not take an erasure")
        super().put_last(student)


@pytest.mark.parametrize(("step", "is_done"), [("asked", False), ("done", True), ("last", True)])
def test_an_answer_that_is_lost_tells_whether_it_is_done(
    one_student, tmp_path, monkeypatch, step, is_done
):
    monkeypatch.setitem(vars(front.service()), "erasures", Lost(tmp_path / "erasures", step))
    status, problem = one_student.post(f"{PATH}?dry_run=false", WHY)
    assert (status, "is done" in problem["detail"]) == (503, is_done)
    assert (one_student.get(PATH)[0] == 200) is is_done
    assert (one_student.get(f"/v1/students/{STUDENT}")[0] == 404) is is_done


@pytest.mark.parametrize("what", [{"student": STUDENT}, {"course": "MATH-1"}])
def test_a_hold_forbids_it_until_it_is_lifted(one_student, what):
    assert one_student.post("/v1/holds", {**what, "reason": "case 7"}) == (201, {"changed": True})
    assert one_student.post("/v1/holds", {**what, "reason": "case 7"}) == (200, {"changed": False})
    (hold,) = one_student.found("/v1/holds")["items"]
    assert one_student.post(PATH, WHY)[1]["holds"] == [hold]
    status, problem = one_student.post(f"{PATH}?dry_run=false", WHY)
    assert (status, problem["type"]) == (409, "/problems/conflict")

    lift = f"/v1/holds/{hold['hold_id']}/lift"
    assert one_student.post(lift, None) == (200, {"changed": True})
    assert one_student.post(lift, None)[0] == 404
    assert one_student.found("/v1/holds") == {"items": []}
    assert one_student.post(f"{PATH}?dry_run=false", WHY)[0] == 201


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "r"},
        {"reason": "r", "course": "C", "student": str(uuid.uuid4())},
        {"reason": "", "course": "C"},
        {"course": "C"},
        {"reason": "r", "student": "S-1"},
    ],
)
def test_a_hold_that_says_too_little_or_too_much_is_refused(api, body):
    assert api.post("/v1/holds", body)[0] == 400


def test_an_erasure_needs_a_reason_and_a_pseudonym(api):
    assert api.post(PATH, {})[0] == 400
    assert api.post(f"{PATH}?dry_run=perhaps", WHY)[0] == 400
    assert api.post("/v1/students/S-1/erasures", WHY)[0] == 404


def test_a_student_of_whom_nothing_is_held_cannot_be_erased(one_student):
    unknown = f"/v1/students/{uuid.uuid4()}/erasures"
    assert one_student.post(f"{unknown}?dry_run=false", WHY)[0] == 404
    assert one_student.get(unknown)[0] == 404
    nobody = f"/v1/students/{uuid.UUID(int=0)}/erasures"
    assert one_student.post(nobody, WHY)[0] == 404
    assert one_student.post(f"{nobody}?dry_run=false", WHY)[0] == 404


def test_the_retention_tells_each_class_and_what_went(one_student):
    told = one_student.found("/v1/retention")
    classes = {one["class"]: one["rows"] for one in told["classes"]}
    assert classes == dict.fromkeys(Retention.__struct_fields__, 0)
    assert told["runs"] == []
