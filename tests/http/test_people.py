"""Names through the API: put by the registrar, sealed, opened one by one or for a list."""

from __future__ import annotations

import uuid

import psycopg2
import pytest

from tests.builders import scored
from tests.http.conftest import student_of
from tests.rosters import as_owner, holds, put_roster

ADA = {
    "student_id": "S-1815",
    "given_name": "Augusta Ada",
    "family_name": "King",
    "preferred_name": "Ada",
    "email": "ada@school.example",
    "contacts": [{"relationship": "mother", "name": "Anne Isabella", "phone": "+44 1"}],
}
BOB = {"student_id": "S-1816", "given_name": "Bob"}
STUDENT, OTHER = student_of("S-1815"), student_of("S-1816")


def test_people_are_put_told_by_pseudonym_and_found_again(api):
    put = api.post("/v1/people", [ADA, BOB])
    assert put == (
        200,
        {"items": [{"student": s, "changed": True} for s in (STUDENT, OTHER)]},
    )
    assert api.found(f"/v1/students/{STUDENT}/person") == ADA
    nobody = str(uuid.uuid4())
    assert api.post("/v1/people/names", {"students": [OTHER, nobody, STUDENT]}) == (
        200,
        {
            "items": [
                {"student": OTHER, "given_name": "Bob", "family_name": None},
                {"student": nobody, "given_name": None, "family_name": None},
                {"student": STUDENT, "given_name": "Ada", "family_name": "King"},
            ]
        },
    )
    assert api.get(f"/v1/students/{nobody}/person")[0] == 404


def test_what_is_put_again_changes_only_where_it_differs(api):
    api.post("/v1/people", [ADA, BOB])
    second = api.post("/v1/people", [ADA, {**BOB, "family_name": "Byron"}])[1]["items"]
    assert [one["changed"] for one in second] == [False, True]
    assert api.found(f"/v1/students/{OTHER}/person")["family_name"] == "Byron"


def test_who_may_not_look_names_up_does_not_learn_whether_a_guess_is_right(api, database):
    put_roster(database, holds("an-sis", "integrator"))
    api.post("/v1/people", [ADA])
    sis = api.as_("student", sub="an-sis")
    assert sis.post("/v1/people", [ADA, BOB]) == (
        200,
        {"items": [{"student": STUDENT}, {"student": OTHER}]},
    )
    with as_owner(database) as cursor:
        cursor.execute("SELECT 1 FROM access")
        assert cursor.fetchall() == []


def test_who_learns_that_it_was_known_already_is_noted(api, database):
    api.post("/v1/people", [ADA])
    api.post("/v1/people", [ADA, BOB])
    with as_owner(database) as cursor:
        cursor.execute("SELECT what, students::text[] FROM access")
        assert cursor.fetchall() == [("people", [STUDENT])]


def test_the_database_holds_no_name_and_no_id_that_can_be_read(api, database):
    api.post("/v1/people", [ADA])
    connection = psycopg2.connect(database.dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT data_key, nonce, content FROM person")
        (row,) = cursor.fetchall()
        cursor.execute("UPDATE person SET student = %s", (OTHER,))
    connection.close()
    kept = b"".join(map(bytes, row))
    assert not [word for word in (b"S-1815", b"Ada", b"King", b"school") if word in kept]
    status, problem = api.get(f"/v1/students/{OTHER}/person")  # moved to somebody else
    assert (status, "Ada" in str(problem)) == (500, False)


def test_an_erased_person_is_gone_and_cannot_be_put_again(api):
    api.post("/v1/people", [ADA, BOB])
    api.consume(scored("e1", STUDENT, 1, 20))
    erased = api.post(f"/v1/students/{STUDENT}/erasures?dry_run=false", {"reason": "r"})
    assert (erased[0], erased[1]["erasure"]["deleted"]["person"]) == (201, 1)
    assert api.get(f"/v1/students/{STUDENT}/person")[0] == 404
    assert api.post("/v1/people", [{**BOB, "family_name": "B"}, ADA])[0] == 409
    assert api.found(f"/v1/students/{OTHER}/person") == BOB  # all or none


@pytest.mark.parametrize(
    "body",
    [
        [{**BOB, "student_id": "S\n1"}],
        [{**BOB, "student_id": ""}],
        [{**BOB, "given_name": "B\u0000b"}],
        [{**BOB, "grade": "A"}],
        [{**BOB, "contacts": [{"relationship": "friend"}] * 17}],
        [BOB, BOB],
        BOB,
    ],
)
def test_a_person_that_breaks_a_rule_is_refused(api, body):
    assert api.post("/v1/people", body)[0] == 400


def test_too_many_people_or_names_at_once_are_refused(api):
    assert api.post("/v1/people", [BOB] * 501)[0] == 413
    assert api.post("/v1/people/names", {"students": [STUDENT] * 201})[0] == 400
    assert api.post("/v1/people/names", {"students": ["S-1"]})[0] == 400
