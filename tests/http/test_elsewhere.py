"""Who teaches one course of a student is not told what another one of hers shows."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import conducted, scored
from tests.http.conftest import student_of
from tests.rosters import as_owner, put_roster, teaches

ADA = student_of("ada")
OF_ENGLISH = ("ENG-1", "English", "suspension")


@pytest.fixture
def school(api, database) -> Any:
    """Have Ada fail mathematics and English, where she has been suspended as well."""
    put_roster(database, teaches("math", "MATH-1"), teaches("english", "ENG-1"))
    for course, subject in (("MATH-1", "Mathematics"), ("ENG-1", "English")):
        api.put(f"/v1/courses/{course}", {"title": subject, "subject": subject})
        marks = [scored(f"{course}{n}", ADA, 1 + n, 10, item=f"quiz-{n}") for n in range(3)]
        api.consume(*(replace(mark, course=course) for mark in marks))
    api.consume(replace(conducted("c1", ADA, 5, "suspension"), course="ENG-1"))
    for hours in (0, 1, 2):  # a course hears of another one's flags with the next sweep
        api.clock.moment = dt.datetime(2024, 10, 20, hours, tzinfo=dt.UTC)
        api.sweep()
    return api


def all_that_she_reads(api: Any, course: str) -> str:
    """Return everything that one course's teacher can be answered of Ada, as one text."""
    alerts = api.found("/v1/alerts")["items"]
    paths = [f"/v1/students/{ADA}", f"/v1/students/{ADA}/events"]
    paths += [f"/v1/courses/{course}/students"]
    paths += [f"/v1/alerts/{one['alert_id']}" for one in alerts]
    return json.dumps([alerts, *(api.found(path) for path in paths)])


def test_the_teacher_of_mathematics_reads_of_english_only_that_there_is_more(school):
    read = all_that_she_reads(school.as_("student", sub="math"), "MATH-1")
    assert "Several at once: failing mathematics here, and more elsewhere." in read
    assert [word for word in OF_ENGLISH if word in read] == []


def test_who_teaches_the_other_course_reads_that_course_s_own_alert(school):
    read = all_that_she_reads(school.as_("student", sub="english"), "ENG-1")
    assert (
        "Several at once: failing English, a suspension in the last 90 days here, and more "
        "elsewhere." in read
    )
    assert [word for word in ("MATH-1", "mathematics") if word in read] == []


def test_nothing_that_is_kept_or_sent_of_one_course_names_the_other(school, database):
    """Messages are made of what alerts say."""
    with as_owner(database) as cursor:
        cursor.execute(
            "SELECT a.because || a.evidence || h.because || h.evidence::text"
            " FROM alert a JOIN alert_history h USING (alert_id) WHERE a.course = 'MATH-1'"
        )
        texts = [text for (text,) in cursor.fetchall()]
    assert any("several_at_once" in text or "Several at once" in text for text in texts)
    assert [text for text in texts for word in OF_ENGLISH if word in text] == []
