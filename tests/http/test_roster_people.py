"""Who students are, brought in with a roster: sealed as POST /v1/people seals, or not at all."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from chalicelib.adapters.envelope import DataKey
from chalicelib.bootstrap import service
from tests.http.conftest import student_of
from tests.http.test_roster_import import DATA, bundle, send
from tests.rosters import as_owner

ADA, BEN, CLEO = (student_of(one) for one in ("s-1", "s-2", "s-3"))


def person(api, student):
    return api.found(f"/v1/students/{student}/person")


def known(database):
    with as_owner(database) as cursor:
        cursor.execute("SELECT student::text FROM person")
        return {student for (student,) in cursor.fetchall()}


def users(name="oneroster-1.1", **changes):
    """Return users.csv with some cells otherwise, by `sourcedId` and column."""
    text = (DATA / name / "users.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        row |= changes.get(row["sourcedId"].replace("-", "_"), {})
    written = io.StringIO(newline="")
    out = csv.DictWriter(written, rows[0].keys())
    out.writeheader()
    out.writerows(rows)
    return written.getvalue()


def test_students_names_and_contacts_come_with_the_roster_and_nobody_elses(api, database):
    send(api, bundle(), dry_run="false")

    assert known(database) == {ADA, BEN, CLEO}, "no teacher, no parent"
    assert person(api, ADA) == {
        "student_id": "s-1",
        "identifier": "10001",
        "given_name": "Ada",
        "family_name": "Multi line",
        "email": "ada@school.example",
        "contacts": [{"relationship": "parent", "name": "Pia P."}],
    }
    names = api.post("/v1/people/names", {"students": [CLEO]})[1]["items"]
    assert names == [{"student": CLEO, "given_name": "Cleo", "family_name": "C."}]


def test_a_dry_run_counts_people_and_keeps_none(api, database):
    assert send(api, bundle())[1]["changes"]["people"] == 3
    assert known(database) == set()


def test_what_a_bundle_does_not_tell_stays_and_what_is_empty_goes(api):
    told = {
        "student_id": "s-1",
        "preferred_name": "Lady Ada",
        "phone": "+44 1",
        "email": "a@b.example",
    }
    api.post("/v1/people", [told])

    send(api, bundle(users=users(s_1={"agentSourcedIds": "elsewhere"})), dry_run="false")

    found = person(api, ADA)
    assert (found["preferred_name"], found["given_name"]) == ("Lady Ada", "Ada")
    assert "phone" not in found, "users.csv has the column, and nothing in it"
    assert "contacts" not in found


def test_preferred_names_of_1_2_and_students_by_roles(api, database):
    manifest = (DATA / "oneroster-1.2" / "manifest.csv").read_bytes()
    roles = b"sourcedId,status,userSourcedId,role\nr,active,s-2,student\n"
    names = {"preferredGivenName": "Benny", "preferredFamilyName": "Blue"}
    content = bundle(
        "oneroster-1.2",
        manifest=manifest.replace(b"enrollments,delta", b"enrollments,absent"),
        roles=roles,
        users=users("oneroster-1.2", s_2=names),
    )

    assert send(api, content, dry_run="false")[1]["changes"]["people"] == 1
    assert known(database) == {BEN}, "nothing says that the others are students"
    names = api.post("/v1/people/names", {"students": [BEN]})[1]["items"]
    assert names == [{"student": BEN, "given_name": "Benny", "family_name": "Blue"}]


def test_a_change_of_name_reaches_who_is_known_whatever_the_bundle_says_she_is(api):
    send(api, bundle(), dry_run="false")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr(
            "manifest.csv", "propertyName,value\noneroster.version,1.2\nfile.users,delta\n"
        )
        files.writestr(
            "users.csv", "sourcedId,status,givenName\ns-1,active,Augusta\nt-1,active,E\n"
        )

    _, report = send(api, packed.getvalue(), dry_run="false")

    assert report["changes"]["people"] == 1
    assert (person(api, ADA)["given_name"], person(api, ADA)["family_name"]) == (
        "Augusta",
        "Multi line",
    )


def test_demographics_are_not_read(api, database):
    send(api, bundle(), dry_run="false")
    with_them = send(api, bundle(demographics=b"no,such\x00\xff"), dry_run="false")

    assert with_them[0] == 200
    assert set(with_them[1]["changes"].values()) == {0}
    assert "demographics" not in with_them[1]["read"]
    assert "2011-01-01" not in str(person(api, ADA))
    assert "female" not in str(person(api, ADA))


def test_one_data_key_seals_a_whole_import(api, database):
    class Counting:
        """A master key that counts what it is asked for."""

        made = opened = 0

        def generate(self):
            self.made += 1
            return DataKey(b"k" * 32, b"sealed")

        def open(self, sealed):
            self.opened += 1
            return b"k" * 32

    master = Counting()
    service()._envelope._master = master  # what the import was built with
    send(api, bundle(), dry_run="false")
    assert (master.made, master.opened) == (1, 0)
    send(api, bundle(), dry_run="false")
    assert (master.made, master.opened) == (1, 1)


def test_who_was_erased_is_passed_over_and_counted(api, database):
    send(api, bundle(), dry_run="false")
    assert api.post(f"/v1/students/{BEN}/erasures?dry_run=false", {"reason": "r"})[0] == 201

    status, report = send(api, bundle(), dry_run="false")

    assert (status, report["changes"]["erased"]) == (200, 1)
    assert known(database) == {ADA, CLEO}


@pytest.mark.parametrize(
    ("changed", "query", "field", "expected"),
    [
        ({"s_1": {"familyName": "x" * 257}}, {}, "familyName", "256"),
        ({"s_1": {"givenName": "A\x07da"}}, {}, "givenName", "control"),
        ({"s_2": {"identifier": "10001"}}, {"student_id": "identifier"}, "identifier", "no other"),
        ({"s_3": {"identifier": "1" * 129}}, {"student_id": "identifier"}, "identifier", "128"),
    ],
)
def test_a_person_that_cannot_be_taken_is_named_and_nobody_is_kept(
    api, database, changed, query, field, expected
):
    status, problem = send(api, bundle(users=users(**changed)), dry_run="false", **query)

    assert status == 400
    assert [one["field"] for one in problem["errors"] if one["file"] == "users.csv"] == [field]
    assert expected in str(problem["errors"])
    assert known(database) == set()


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("t-1,,2027-02-01,2027-02-01\nt-2,,2027-02-01,2027-06-30", "endDate"),
        ("t-1,,soon,2027-02-01\nt-2,,2027-02-01,2027-06-30", "startDate"),
        ("t-1,,2027-01-01,2027-02-01", "termSourcedIds"),
    ],
)
def test_a_term_that_cannot_be_taken_is_named(api, lines, field):
    sessions = f"sourcedId,status,startDate,endDate\n{lines}\n"
    status, problem = send(api, bundle(academicSessions=sessions), dry_run="false")
    assert (status, problem["errors"][0]["field"]) == (400, field)
