"""What was disclosed outside of the monitor, and what it has refused: 34 CFR 99.32(a)."""

from __future__ import annotations

import pytest

from chalicelib.adapters.ledger_heads import FileHeads
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.services.ledger import seal
from chalicelib.services.verifying import verify
from tests.builders import STUDENTS, scored
from tests.http.conftest import student_of
from tests.rosters import as_owner, holds, put_roster, teaches

ADA, NOBODY = STUDENTS[0], STUDENTS[2]
PATH = f"/v1/students/{ADA}/disclosures"
SUBPOENA = {
    "outcome": "disclosed",
    "party": "County Court",
    "interest": "A subpoena in case 12-345; the student was told on 1 October.",
    "basis": "99.31(a)(9)",
    "what": "Transcript of 2023, on paper",
    "occurred_at": "2024-10-09T10:00:00+02:00",
}
REFUSED = {
    "outcome": "refused",
    "party": "A landlord",
    "interest": "Wants to know whether she is enrolled",
    "what": "Enrolment",
    "occurred_at": "2024-10-08T10:00:00Z",
}


@pytest.fixture
def lived(api):
    api.consume(scored("m1", ADA, 1, 40))
    return api


@pytest.fixture
def kept(lived):
    """Return the ledger as the schedule seals and verifies it."""
    return PostgresLedger(lived.ingest)


def found(lived):
    return lived.found(PATH)["items"]


def test_what_was_disclosed_elsewhere_is_printed_with_the_reads(lived):
    status, told = lived.post(PATH, SUBPOENA)
    assert status == 201
    assert told["number"] > 0

    (item,) = found(lived)

    assert item.pop("entered_at")
    assert item == {
        "outcome": "disclosed",
        "disclosed_at": "2024-10-09T08:00:00Z",
        "party": "County Court",
        "client": None,
        "kind": "outside",
        "interest": SUBPOENA["interest"],
        "what": "Transcript of 2023, on paper",
        "address": None,
        "basis": "99.31(a)(9)",
        "entered_by": "administrator",
    }
    ledger_rows = lived.found(f"/v1/students/{ADA}/record")["ledger"]
    assert ledger_rows[0]["disclosure"]["party"] == "County Court"


def test_a_refused_request_from_outside_is_printed_as_one(lived):
    assert lived.post(PATH, REFUSED)[0] == 201
    (item,) = found(lived)
    assert (item["outcome"], item["party"], "basis" in item) == ("refused", "A landlord", False)


def test_further_parties_and_the_threat_are_kept(lived):
    emergency = {
        **SUBPOENA,
        "basis": "99.31(a)(10)",
        "threat": "Fire in the hall of residence",
        "further_parties": [{"name": "Fire brigade", "interest": "Evacuation"}],
    }
    assert lived.post(PATH, emergency)[0] == 201
    (item,) = found(lived)
    assert item["threat"] == emergency["threat"]
    assert item["further_parties"] == emergency["further_parties"]


@pytest.mark.parametrize(
    "changed",
    [
        {"basis": None},
        {"basis": "99.31(a)(1)"},
        {"basis": "because"},
        {"basis": "99.31(a)(10)"},
        {"threat": "none"},
        {"outcome": "refused"},
        {"occurred_at": "2124-10-09T10:00:00Z"},
        {"occurred_at": "2024-10-09T10:00:00"},
        {"party": ""},
        {"party": "A\u0000B"},
        {"what": "x" * 4001},
        {"further_parties": [{"name": "A", "interest": "b"}] * 33},
        {"more": 1},
    ],
)
def test_what_is_no_record_of_a_disclosure_is_refused(lived, changed):
    assert lived.post(PATH, {**SUBPOENA, **changed})[0] == 400
    assert found(lived) == []


def test_of_who_is_not_known_nothing_is_kept(lived, database):
    assert lived.post(f"/v1/students/{NOBODY}/disclosures", SUBPOENA)[0] == 404
    with as_owner(database) as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM access), (SELECT count(*) FROM disclosure)")
        assert cursor.fetchall() == [(0, 0)]


def test_a_student_of_whom_only_the_name_is_known_may_be_disclosed(lived):
    lived.post("/v1/people", [{"student_id": "new", "given_name": "New"}])
    assert lived.post(f"/v1/students/{student_of('new')}/disclosures", SUBPOENA)[0] == 201


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE disclosure SET content = replace(content, 'County', 'Crown')",
        "DELETE FROM disclosure",
        "UPDATE disclosure SET salt = gen_random_uuid()",
        "UPDATE disclosure SET student = gen_random_uuid()",
    ],
)
def test_it_is_sealed_and_a_change_of_it_is_found(lived, kept, database, change, tmp_path):
    lived.post(PATH, SUBPOENA)
    seal(kept, FileHeads(tmp_path / "heads"), lived.clock.now())
    before = verify(kept)
    assert (before.broken, before.entries) == (None, 1)

    with as_owner(database) as cursor:
        cursor.execute(change)

    assert verify(kept).broken == "what it says of a disclosure has changed"


def test_erasing_takes_the_words_and_leaves_the_chain(lived, kept, database, tmp_path):
    lived.post(PATH, SUBPOENA)
    seal(kept, FileHeads(tmp_path / "heads"), lived.clock.now())

    proof = lived.post(f"/v1/students/{ADA}/erasures?dry_run=false", {"reason": "r"})[1]

    assert proof["erasure"]["deleted"]["disclosure"] == 1
    after = verify(kept)
    assert (after.broken, after.erased) == (None, 1)
    with as_owner(database) as cursor:
        cursor.execute("SELECT string_agg(a::text, '') FROM access a")
        ((row,),) = cursor.fetchall()
    assert not [word for word in ("County", "Transcript", ADA) if word in row]
    assert lived.post(PATH, SUBPOENA)[0] == 404


def test_who_is_refused_a_record_is_noted_and_told(lived, database):
    put_roster(database, teaches("eve", "LAW-1"), holds("ana", "analyst"))
    eve = lived.as_("educator", sub="eve")
    assert eve.get(f"/v1/students/{ADA}")[0] == 403
    assert eve.get(f"/v1/students/{ADA}/record")[0] == 403
    assert lived.as_("educator", sub="ana").get(f"/v1/students/{ADA}/events")[0] == 403
    looked_up = lived.as_("platform").post("/v1/students/lookup", {"student_id": "ada"})
    assert looked_up[0] == 403

    told = [(one["party"], one["what"], one["outcome"], one["interest"]) for one in found(lived)]

    assert told == [
        ("eve", "students", "refused", None),
        ("eve", "students/record", "refused", None),
        ("ana", "students/events", "refused", None),
    ]


def test_a_refused_request_for_nobodys_record_leaves_nothing(lived, database):
    put_roster(database, teaches("eve", "LAW-1"))
    assert lived.as_("educator", sub="eve").get(f"/v1/students/{NOBODY}")[0] == 403
    with as_owner(database) as cursor:
        cursor.execute("SELECT count(*) FROM access")
        assert cursor.fetchall() == [(0,)]
