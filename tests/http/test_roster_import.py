"""OneRoster bundles through the API: all of it or nothing, with a report by file and line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from chalicelib.domain.roster import Line
from tests.http.conftest import student_of
from tests.rosters import as_owner, holds, put_roster, teaches

DATA = Path(__file__).parent.parent / "data"
PATH = "/v1/roster/imports"
ALL_OF_IT = {
    "courses": 2,
    "staff_ended": 0,
    "staff": 3,
    "enrolments": 3,
    "people": 3,
    "erased": 0,
}


def bundle(name="oneroster-1.1", **changed):
    """Return a zipped bundle, some of its files otherwise; None: without it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for path in sorted((DATA / name).glob("*.csv")):
            text = changed.get(path.stem, path.read_bytes())
            if text is not None:
                files.writestr(path.name, text)
    return packed.getvalue()


def send(api, content, kind="application/zip", **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {"Content-Type": kind}
    found = api.client.http.post(f"{PATH}?{asked}", headers=headers, body=content)
    return found.status_code, found.json_body


def staff(api, course="MATH-101"):
    found = api.found(f"/v1/courses/{course}/staff")["items"]
    return {one["person"]: (one["begins_on"], one["ends_on"]) for one in found}


def enrolled(database, *, with_dates=True):
    with as_owner(database) as cursor:
        cursor.execute(
            "SELECT student::text, course, begins_at::date::text, ends_at::date::text"
            " FROM enrolment ORDER BY course, begins_at, student"
        )
        return [row if with_dates else row[:2] for row in cursor.fetchall()]


def test_a_dry_run_tells_what_would_change_and_changes_nothing(api, database):
    status, report = send(api, bundle())

    assert status == 200
    assert report["read"] == {
        "academicSessions": 2,
        "orgs": 2,
        "users": 6,
        "courses": 2,
        "classes": 2,
        "enrollments": 8,
    }
    assert (report["dry_run"], report["ignored"], report["errors"]) == (True, 1, [])
    assert report["changes"] == ALL_OF_IT
    assert (staff(api), enrolled(database)) == ({}, [])
    assert api.get("/v1/courses/MATH-101")[0] == 404


def test_a_bundle_becomes_courses_staff_and_enrolments(api, database):
    first, again = (send(api, bundle(), dry_run="false")[1]["changes"] for _ in range(2))

    assert first == ALL_OF_IT
    assert again == dict.fromkeys(first, 0)
    # endDate of the binding is the first day that is out, `ends_on` the last that is in
    assert staff(api) == {"t-1": ("2026-09-01", "2027-01-31"), "t-2": ("2026-09-01", "2027-06-29")}
    ada, ben = student_of("s-1"), student_of("s-2")
    assert enrolled(database) == [
        (ada, "HIST-7", "2026-09-01", "2026-10-01"),
        (ada, "HIST-7", "2026-11-01", "2027-01-31"),
        *sorted(
            [
                (ben, "MATH-101", "2026-09-01", "2027-06-30"),
                (ada, "MATH-101", "2026-09-01", "2027-02-01"),
            ]
        ),
    ]
    courses = {one["course"]: one for one in api.found("/v1/courses")["items"]}
    assert courses["MATH-101"]["title"] == "Algebra I, section 1"
    assert [courses[one]["subject"] for one in ("MATH-101", "HIST-7")] == [
        "mathematics",
        "humanities",
    ]


def test_who_has_no_dates_and_no_term_is_there_since_ever(api, database):
    no_terms = (DATA / "oneroster-1.1" / "classes.csv").read_bytes().replace(b'"t-1,t-2"', b"")

    send(api, bundle(classes=no_terms), dry_run="false")

    assert staff(api)["t-2"] == (None, None)
    assert (student_of("s-2"), "MATH-101", "1970-01-01", None) in enrolled(database)
    theo = api.as_("educator", sub="t-2")
    assert theo.get("/v1/courses/MATH-101/students")[0] == 200


def test_changes_in_the_form_of_1_2_end_what_is_to_be_deleted(api, database):
    send(api, bundle(), dry_run="false")

    status, report = send(api, bundle("oneroster-1.2"), dry_run="false")

    assert status == 200, report
    assert report["changes"] == {
        "courses": 1,
        "staff_ended": 2,
        "staff": 1,
        "enrolments": 2,
        "people": 2,
        "erased": 0,  # Ben's and Cleo's family names
    }
    assert set(staff(api)) == {"t-3"}
    assert set(staff(api, "HIST-7")) == {"t-2"}, "nothing was said of that class"
    in_math = {student for student, course, *_ in enrolled(database) if course == "MATH-101"}
    assert in_math == {student_of("s-1"), student_of("s-3")}


def test_a_whole_bundle_ends_what_it_does_not_name(api, database):
    put_roster(database, teaches("old", "MATH-101"), teaches("other", "LAW-1"))
    dropped = "e-4,,,MATH-101,school-1,s-2,student,,,\r\n"
    text = (DATA / "oneroster-1.1" / "enrollments.csv").read_bytes().decode()
    send(api, bundle(), dry_run="false")

    _, report = send(api, bundle(enrollments=text.replace(dropped, "")), dry_run="false")

    assert report["changes"]["enrolments"] == 1
    assert set(staff(api)) == {"t-1", "t-2"}
    assert set(staff(api, "LAW-1")) == {"other"}
    assert (student_of("s-2"), "MATH-101") not in enrolled(database, with_dates=False)


def test_users_may_be_known_by_other_columns(api, database):
    status, _ = send(api, bundle(), dry_run="false", person="email", student_id="identifier")

    assert status == 200
    assert set(staff(api)) == {"evelyn@school.example", "theo@school.example"}
    assert (student_of("10001"), "MATH-101") in enrolled(database, with_dates=False)


def test_no_id_or_name_of_a_student_is_kept_that_can_be_read(api, database):
    send(api, bundle(), dry_run="false", student_id="identifier")

    with as_owner(database) as cursor:
        tables = ("roster", "roster_version", "enrolment", "catalogue_version", "standing")
        for table in (*tables, "person"):
            cursor.execute("SELECT coalesce(string_agg(t::text, ' '), '') FROM %s t" % table)  # noqa: S608, UP031  # the schema's own
            ((told,),) = cursor.fetchall()
            assert told, table
            assert not [one for one in ("10001", "Ada", "ada@", "s-1") if one in told], table


HEAD = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,"
    "primary,beginDate,endDate\n"
)
BAD = {
    "x,,,NONE,school-1,t-1,teacher,,,": ("classSourcedId", 2, "a class of classes.csv"),
    "x,,,MATH-101,school-1,zz,teacher,,,": ("userSourcedId", 2, "a user of users.csv"),
    "x,,,MATH-101,school-1,t-1,owner,,,": ("role", 2, "student, teacher"),
    "x,gone,,MATH-101,school-1,t-1,teacher,,,": ("status", 2, "active or tobedeleted"),
    "x,,,MATH-101,school-1,t-1,teacher,,1 May,": ("beginDate", 2, "YYYY-MM-DD"),
    "x,,,MATH-101,school-1,t-1,teacher,,2027-01-02,2027-01-02": ("endDate", 2, "first day"),
    ",,,MATH-101,school-1,t-1,teacher,,,": ("sourcedId", 2, "something"),
    "x,,,MATH-101,school-1,t-1,teacher,,": ("", 2, "10 fields"),
    'x,,,"MATH-101,school-1,t-1,teacher,,,': ("", 2, "a line of CSV"),
    "x,,,MATH-101,school-1,t-1,teacher,,2027-06-30,": ("endDate", 2, "the term's"),
    "x,,,MATH-101,school-1,t-1,teacher,,,\nx,,,HIST-7,school-1,t-1,teacher,,,": (
        "sourcedId",
        3,
        "no other line",
    ),
    "x,,,MATH-101,school-1,t-1,teacher,,,\ny,,,MATH-101,school-1,t-1,teacher,,,": (
        "userSourcedId",
        3,
        "once a class",
    ),
}


@pytest.mark.parametrize("lines", BAD)
def test_a_bad_line_is_named_with_what_was_expected_and_nothing_is_kept(api, database, lines):
    field, line, expected = BAD[lines]
    content = bundle(enrollments=HEAD + lines + "\n")

    status, problem = send(api, content, dry_run="false")
    dry, report = send(api, content)

    (wrong,) = problem["errors"]
    assert (status, dry) == (400, 200)
    assert (wrong["file"], wrong["line"], wrong["field"]) == ("enrollments.csv", line, field)
    assert expected in wrong["expected"]
    assert report["errors"] == problem["errors"]
    assert (staff(api), enrolled(database)) == ({}, [])


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"PK but no zip", 400, "zip"),
        (bundle(manifest=None), 400, "manifest.csv"),
        (bundle(manifest=b"propertyName,value\noneroster.version,2.0\n"), 400, "oneroster.version"),
        (bundle(users=b"\xff\xfe"), 400, "UTF-8"),
        (bundle(users=b"sourcedId\n" + b"a" * 33_000_000), 413, "bytes"),
        (bundle(orgs=b"sourcedId,name,type\n" + b"a,b,c\n" * 20_001), 413, "lines"),
    ],
)
def test_what_is_no_bundle_or_too_large_is_refused(api, content, status, words):
    found, problem = send(api, content)
    assert (found, words in problem["detail"]) == (status, True), problem


def test_a_file_that_the_manifest_names_has_to_be_there_with_its_columns(api):
    for changed, expected in ((None, "the file"), (b"sourcedId\nx\n", "a column title")):
        _, report = send(api, bundle(classes=changed))
        assert ("classes.csv", True) in {
            (one["file"], expected in one["expected"]) for one in report["errors"]
        }


def test_nobody_brings_her_own_rights_in(api, database):
    put_roster(database, holds("t-1", "registrar"))

    status, problem = send(api.as_("educator", sub="t-1"), bundle(), dry_run="false")

    assert status == 400
    (wrong,) = problem["errors"]
    assert (wrong["file"], wrong["field"]) == ("enrollments.csv", "userSourcedId")
    assert wrong["line"] > 1
    assert "Nobody gives herself rights" in wrong["expected"]


def test_nor_students_into_a_course_that_she_teaches_or_her_own_record(api, database):
    put_roster(
        database,
        *(holds(who, "integrator") for who in ("ida", "ada")),
        teaches("ida", "MATH-101"),
        Line("ada", "self", student_of("s-1")),
    )

    for who, words in {"ida": "You teach MATH-101", "ada": "your own record"}.items():
        status, problem = send(api.as_("educator", sub=who), bundle(), dry_run="false")
        assert status == 400
        assert problem["errors"]
        assert all(words in one["expected"] for one in problem["errors"])
    assert enrolled(database) == []


def test_only_a_zip_file_is_taken(api):
    assert send(api, b"{}", kind="application/json")[0] == 415
