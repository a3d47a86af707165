"""A message about alerts reads well, and names no student but by pseudonym."""

from __future__ import annotations

import pytest

from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.indicators import Severity
from chalicelib.domain.wording import LISTED, structured, subject, text
from tests.builders import STUDENTS
from tests.messages import announcement, digest, single

A = STUDENTS[0]
FOOT = (
    "A student is named by a pseudonym. The paths are those of the monitor's API, which shows who"
    " it is to those who may know."
)


def test_one_alert_reads_as_a_letter():
    assert subject(single(announcement(17))) == "High: low marks in MATH-1"
    assert text(single(announcement(17))) == (
        f"High: student {A} in MATH-1 may need help (low marks).\n"
        "The mean of 1 mark is 20 %; 40 % is the pass mark.\n"
        "GET /v1/alerts/17\n\n" + FOOT
    )


def test_a_digest_counts_and_lists():
    found = digest(
        announcement(3),
        announcement(1, Severity.WATCH, student=NOBODY, rule="class_missing_work"),
        announcement(2, kind="cleared", closed=True, course=""),
    )

    assert subject(found) == "Alerts of the day: 1 high, 1 watch, 1 over"
    assert text(found).split("\n\n") == [
        "Alerts of the day: 1 high, 1 watch, 1 over. For ines.",
        f"High: student {A} in MATH-1 may need help (low marks).\n"
        "The mean of 1 mark is 20 %; 40 % is the pass mark.\nGET /v1/alerts/3",
        "Watch: the class in MATH-1 may need help (class missing work).\n"
        "The mean of 1 mark is 20 %; 40 % is the pass mark.\nGET /v1/alerts/1",
        f"The alert low marks of student {A} in the school as a whole has cleared: its condition"
        " has ended.\nGET /v1/alerts/2",
        FOOT,
    ]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("opened", "may need help"),
        ("escalated", "needs help more urgently"),
        ("assigned", "is yours to help"),
        ("woken", "has rested as long as it should"),
    ],
)
def test_each_kind_is_said_in_its_words(kind, words):
    assert words in text(single(announcement(1, kind=kind)))


@pytest.mark.parametrize(("kind", "words"), [("cleared", "has cleared"), ("settled", "is over")])
def test_what_is_over_is_not_told_as_a_problem(kind, words):
    found = text(digest(announcement(1, kind=kind, closed=True)))

    assert words in found
    assert "help" not in found


def test_programs_get_every_field():
    assert structured(single(announcement(17))) == {
        "recipient": "ines",
        "digest": False,
        "notices": [
            {
                "announcement_ids": [17],
                "alert_id": 17,
                "kind": "opened",
                "student": A,
                "course": "MATH-1",
                "rule": "low_marks",
                "severity": "high",
                "because": "The mean of 1 mark is 20 %; 40 % is the pass mark.",
                "opened_at": "2024-10-07T00:00:00+00:00",
                "path": "/v1/alerts/17",
            }
        ],
        "more": [],
    }


def test_the_class_as_a_whole_is_no_student_and_the_school_no_course():
    (found,) = structured(single(announcement(1, student=NOBODY, course="")))["notices"]

    assert (found["student"], found["course"]) == (None, None)


def test_what_is_too_much_for_one_message_is_named():
    found = digest(*(announcement(number) for number in range(1, LISTED + 4)))

    assert len(structured(found)["notices"]) == LISTED
    assert structured(found)["more"] == [LISTED + 1, LISTED + 2, LISTED + 3]
    assert "And 3 more: GET /v1/alerts?sort=todo&course=" in text(found)


def test_a_subject_is_one_line_of_ascii():
    found = subject(single(announcement(1, course="Mathématiques " * 20)))

    assert found.startswith("High: low marks in Math?matiques ")
    assert len(found) == 100
