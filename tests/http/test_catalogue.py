"""What is PUT of courses, their work and enrolment: checked, versioned, and felt at once."""

from __future__ import annotations

import json

import pytest

from tests.builders import STUDENTS, attended, enrolled, scored, submitted

ADA = STUDENTS[0]
COURSE = "/v1/courses/MATH-1"
QUIZ = f"{COURSE}/items/quiz-1"
ADAS = f"{COURSE}/enrolments/{ADA}"


def versions(api, kind):
    with api.ingest.transaction() as cursor:
        cursor.execute(
            "SELECT key, version, content FROM catalogue_version WHERE kind = %s"
            " ORDER BY valid_from, key, version",
            (kind,),
        )
        found = cursor.fetchall()
    return [(json.loads(key) if key[0] == "[" else key, *rest) for key, *rest in found]


def standing(api):
    (one,) = api.found(f"/v1/students/{ADA}")["courses"]
    return one


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        (COURSE, {"title": "Maths"}, {"title": "Maths", "subject": "mathematics"}),
        (QUIZ, {"title": "Quiz", "weight": 1}, {"title": "Quiz", "weight": 2}),
        (QUIZ, {"title": "Quiz"}, {"title": "Quiz", "due_at": "2024-10-11T00:00:00Z"}),
        (ADAS, [{"begins_at": "2024-10-07T00:00:00Z"}], []),
        (
            ADAS,
            [{"begins_at": "2024-10-07T00:00:00Z"}],
            [{"begins_at": "2024-10-07T00:00:00Z", "ends_at": "2024-12-01T00:00:00Z"}],
        ),
    ],
)
def test_the_same_content_is_no_new_version_and_other_content_is(api, path, first, second):
    answers = [api.put(path, body) for body in (first, first, second, second, first)]

    new, same = (201, {"changed": True}), (200, {"changed": False})
    assert answers == [new, same, new, same, new]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"title": "Quiz", "due_at": "2024-10-11T12:00:00+02:00"},
            {"title": "Quiz", "due_at": "2024-10-11T10:00:00Z", "optional": False},
        ),
        ({"title": "Quiz", "weight": 10}, {"title": "Quiz", "weight": 10.0}),
    ],
)
def test_the_same_said_otherwise_is_no_new_version(api, one, other):
    assert api.put(QUIZ, one)[0] == 201
    assert api.put(QUIZ, other)[0] == 200


def test_the_order_of_enrolments_says_nothing(api):
    early = {"begins_at": "2024-10-07T00:00:00Z", "ends_at": "2024-11-01T00:00:00Z"}
    late = {"begins_at": "2024-12-01T00:00:00Z"}

    assert api.put(ADAS, [late, early])[0] == 201
    assert api.put(ADAS, [early, late])[0] == 200


def test_every_version_is_kept_with_what_it_said(api):
    api.put(COURSE, {"title": "Maths"})
    api.put(COURSE, {"title": "Mathematics"})
    api.put(ADAS, [{"begins_at": "2024-10-07T00:00:00Z"}])
    api.put(ADAS, [])

    assert [(key, v, said["title"]) for key, v, said in versions(api, "course")] == [
        ("MATH-1", 1, "Maths"),
        ("MATH-1", 2, "Mathematics"),
    ]
    assert [(key, v, len(said)) for key, v, said in versions(api, "enrolment")] == [
        (["MATH-1", ADA], 1, 1),
        (["MATH-1", ADA], 2, 0),
    ]


def test_a_slash_in_an_id_mixes_up_no_versions(api):
    assert api.put("/v1/courses/a%2Fb/items/c", {"title": "One"})[0] == 201
    assert api.put("/v1/courses/a/items/b%2Fc", {"title": "Other"})[0] == 201

    assert [(key, v) for key, v, _ in versions(api, "item")] == [
        (["a/b", "c"], 1),
        (["a", "b/c"], 1),
    ]


def test_a_new_due_date_makes_work_late_or_on_time_at_once(api):
    api.consume(submitted("s1", ADA, 4, due_us=0))  # the event's own date says late
    late = [standing(api)["work"]["late"]]
    for due in ("2024-10-12T00:00:00Z", "2024-10-10T00:00:00Z"):
        api.put(QUIZ, {"title": "Quiz", "due_at": due})
        late.append(standing(api)["work"]["late"])

    assert late == [1, 0, 1]


def test_new_weights_move_the_mean_at_once(api):
    api.consume(scored("m1", ADA, 1, 100), scored("m2", ADA, 1, 40, item="essay"))
    before = standing(api)["marks"]["mean"]

    api.put(f"{COURSE}/items/essay", {"title": "Essay", "weight": 3})

    assert before == 70.0
    assert standing(api)["marks"]["mean"] == 55.0


def test_work_that_becomes_optional_leaves_the_mean_at_once(api):
    api.consume(scored("m1", ADA, 1, 100), scored("m2", ADA, 1, 40, item="essay"))

    api.put(f"{COURSE}/items/essay", {"title": "Essay", "optional": True})

    assert standing(api)["marks"]["mean"] == 100.0


def test_the_rosters_enrolment_counts_at_once_and_is_taken_back_at_once(api):
    api.consume(
        enrolled("e1", ADA, 0),
        enrolled("e2", ADA, 2, "withdrawn"),
        attended("a1", ADA, 1, "present", "monday"),
        attended("a2", ADA, 3, "present", "wednesday"),
    )
    before = standing(api)
    api.put(ADAS, [{"begins_at": "2024-10-09T00:00:00Z"}])
    during = standing(api)
    api.put(ADAS, [])

    assert (before["enrolled"], before["attendance"]["sessions"]) == (False, 1)
    assert (during["enrolled"], during["attendance"]["sessions"]) == (True, 2)
    assert standing(api) == before


def test_a_student_whom_the_roster_names_first_has_a_standing(api):
    api.put(ADAS, [{"begins_at": "2024-10-07T00:00:00Z"}])

    assert standing(api)["enrolled"] is True


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        (COURSE, {}, "$"),
        (COURSE, [], "$"),
        (COURSE, {"title": ""}, "$.title"),
        (COURSE, {"title": "T", "time_zone": "Mars/Base"}, "$"),
        (COURSE, {"title": "T", "time_zone": "../../etc/passwd"}, "$"),
        (COURSE, {"title": "T", "time_zone": "right/UTC"}, "$"),  # no zone of the database's
        (COURSE, {"title": "T", "starts_on": "2024-02-30"}, "$.starts_on"),
        (COURSE, {"title": "T", "starts_on": "2024-02-02", "ends_on": "2024-02-01"}, "$"),
        (COURSE, {"title": "T", "colour": "red"}, "$"),
        (QUIZ, {"title": "T", "due_at": "2024-10-11T00:00:00"}, "$.due_at"),
        (QUIZ, {"title": "T", "due_at": "tomorrow"}, "$.due_at"),
        (QUIZ, {"title": "T", "weight": -1}, "$.weight"),
        (QUIZ, {"title": "T", "weight": 1000.5}, "$.weight"),
        (QUIZ, {"title": "T", "weight": 0.0001}, "$"),
        (QUIZ, {"title": "T", "optional": "yes"}, "$.optional"),
        (ADAS, {}, "$"),
        (ADAS, [{}], "$[0]"),
        (ADAS, [{"begins_at": "2024-10-07"}], "$[0].begins_at"),
        (
            ADAS,
            [{"begins_at": "2024-10-07T00:00:00Z", "ends_at": "2024-10-06T00:00:00Z"}],
            "$[0]",
        ),
        (
            ADAS,
            [
                {"begins_at": "2024-10-07T00:00:00Z"},
                {"begins_at": "2024-10-07T02:00:00+02:00", "ends_at": "2024-11-01T00:00:00Z"},
            ],
            "$[1].begins_at",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_nothing_is_kept(api, path, body, where):
    status, problem = api.put(path, body)

    assert status == 400
    (error,) = problem["errors"]
    assert error["path"].startswith(where) or error["path"] == "$[...]"
    assert error["reason"]
    assert [versions(api, kind) for kind in ("course", "item", "enrolment")] == [[], [], []]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/v1/courses/{'a' * 129}", 400),
        ("/v1/courses/a%00b", 400),
        ("/v1/courses/MATH-1/items/%1F", 400),
        ("/v1/courses/MATH-1/enrolments/somebody", 404),
    ],
)
def test_an_id_that_no_event_could_name_is_refused(api, path, status):
    body = [] if "enrolments" in path else {"title": "T"}

    assert api.put(path, body)[0] == status


@pytest.mark.parametrize("text", ["a\0b", "a\n", "\x1b[31m", "\x85"])
def test_control_characters_in_texts_are_refused(api, text):
    assert api.put(COURSE, {"title": text})[0] == 400
    assert api.put(COURSE, {"title": "a", "subject": text})[0] == 400
    assert api.put(QUIZ, {"title": text})[0] == 400


def test_a_due_date_with_an_offset_that_postgresql_does_not_know_is_the_moment_it_says(api):
    body = {"title": "Quiz", "due_at": "2025-01-02T01:00:00-16:11"}
    assert api.put(COURSE, {"title": "Mathematics"})[0] == 201
    assert api.put(QUIZ, body)[0] == 201
    (item,) = api.found(f"{COURSE}/items")
    assert item["due_at"] == "2025-01-02T17:11:00Z"


@pytest.mark.parametrize("due_at", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_due_date_that_nobody_means_is_refused(api, due_at):
    status, body = api.put(QUIZ, {"title": "Quiz", "due_at": due_at})

    assert status == 400
    assert "due_at" in body["detail"]
