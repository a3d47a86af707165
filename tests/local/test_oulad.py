"""The shipped course run of OULAD: that it is what it says, and that it is cut from the source."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import filecmp
import json
import os
from pathlib import Path

import msgspec
import pytest

from chalicelib.domain import catalogue, reading
from local.example import ExampleCourse
from local.oulad import read_course
from local.oulad.extract import COLUMNS, extract

EXAMPLE = Path(__file__).parents[2] / "examples" / "oulad-AAA-2013J"
KEY = b"a key of thirty-two bytes, or so"
SOURCE = os.environ.get("OULAD_HOME", "")
needs_source = pytest.mark.skipif(
    not SOURCE, reason="OULAD_HOME does not name a folder with the published files of OULAD"
)


@pytest.fixture(scope="module")
def course() -> ExampleCourse:
    return read_course(EXAMPLE, "AAA-2013J")


@pytest.fixture(scope="module")
def events(course):
    return list(course.events())


def test_the_example_has_383_students_and_their_outcomes(course, events):
    assert len({event["student_id"] for event in events}) == 383
    assert collections.Counter(course.outcomes.values()) == {
        "Pass": 258,
        "Distinction": 20,
        "Fail": 45,
        "Withdrawn": 60,
    }
    assert set(course.outcomes) == {event["student_id"] for event in events}


def test_the_example_has_a_known_number_of_events_of_each_type(events):
    assert collections.Counter(event["event_type"] for event in events) == {
        "enrollment_changed": 766,
        "work_submitted": 1633,
        "assessment_scored": 1631,
        "activity_recorded": 34072,
    }


def test_no_two_events_have_the_same_id(events):
    assert len({event["event_id"] for event in events}) == len(events)


def test_the_api_accepts_the_catalogue(course):
    for one in course.courses:
        course_told, items = one.catalogue["course"], list(one.catalogue["items"].values())
        assert msgspec.convert(course_told, catalogue.Course).title == course_told["title"]
        assert len(msgspec.convert(items, list[catalogue.Item])) == len(items) > 0


def test_the_api_accepts_every_event(events):
    for event in events:
        read = reading.read_event(json.dumps(event).encode(), KEY)
        assert read.event_id == event["event_id"]


def test_events_come_in_the_order_of_their_time(events):
    moments = [moment(event) for event in events]

    assert moments == sorted(moments)


def test_day_zero_is_the_fifth_of_october_2024(course, events):
    first = min(e["occurred_at"] for e in events if e["event_id"].endswith("-28400-day-10"))

    assert course.starts == dt.date(2024, 10, 5)
    assert first.startswith("2024-09-25T")


def test_nothing_lies_outside_the_months_from_registration_to_the_end(events):
    first, last = moment(events[0]), moment(events[-1])

    assert first.date() == dt.date(2024, 10, 5) - dt.timedelta(days=198)
    assert last.date() == dt.date(2024, 10, 5) + dt.timedelta(days=268)


def test_every_student_enrols_once_and_leaves_or_completes_once(events):
    statuses = collections.defaultdict(list)
    for event in events:
        if event["event_type"] == "enrollment_changed":
            statuses[event["student_id"]].append(event["status"])

    assert set(map(tuple, statuses.values())) == {
        ("enrolled", "completed"),
        ("enrolled", "withdrawn"),
    }


def test_a_mark_comes_after_the_submission_that_it_is_for(events):
    submitted = {
        (e["student_id"], e["item_id"]): moment(e)
        for e in events
        if e["event_type"] == "work_submitted"
    }
    marks = [e for e in events if e["event_type"] == "assessment_scored"]

    assert all(moment(e) > submitted[e["student_id"], e["item_id"]] for e in marks)


def test_work_of_the_due_day_is_on_time_and_of_the_next_is_late(course, events):
    """Lateness by the API's times is lateness by the days of the rows."""
    due_days = column("assessments.csv", "id_assessment", "date")
    due_at = {id_: item["due_at"] for id_, item in course.catalogue["items"].items()}
    with (EXAMPLE / "studentAssessment.csv").open() as file:
        late_rows = sum(
            int(row["date_submitted"]) > int(due_days[row["id_assessment"]])
            for row in csv.DictReader(file)
        )

    assert late_rows == sum(
        e["occurred_at"] > due_at[e["item_id"]]
        for e in events
        if e["event_type"] == "work_submitted"
    )


def test_the_catalogue_says_what_is_due_and_what_it_weighs(course):
    items = course.catalogue["items"]

    assert course.catalogue["course"]["ends_on"] == "2025-06-30"
    assert items["1752"] == {
        "title": "Tutor-marked assignment 1",
        "due_at": "2024-10-24T23:59:59Z",
        "weight": 10,
        "optional": False,
    }
    assert sum(item["weight"] for item in items.values() if not item["optional"]) == 100
    assert items["1757"]["title"] == "Final exam"
    assert items["1757"]["optional"]  # no result of it is in the data


def test_the_example_holds_no_demographics_and_stays_small():
    for name, columns in COLUMNS.items():
        assert (EXAMPLE / name).read_text().partition("\n")[0] == ",".join(columns)
    assert COLUMNS["studentInfo.csv"][2:] == ("id_student", "final_result")
    assert sum(path.stat().st_size for path in EXAMPLE.iterdir()) < 1_500_000


def test_the_example_names_its_authors_its_licence_and_its_changes():
    for name in ("README.md", "LICENSE"):
        text = (EXAMPLE / name).read_text(encoding="utf-8")
        for word in ("Kuzilek", "Hlosta", "Zdrahal", "CC BY 4.0", "demographic"):
            assert word in text, name


def test_the_readme_of_the_example_gives_the_sizes_that_its_files_have():
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")

    for name in COLUMNS:
        assert f"| {name} | {(EXAMPLE / name).stat().st_size:,} |" in readme


@needs_source
def test_the_example_is_what_the_extraction_writes_today(tmp_path):
    extract(Path(SOURCE), "AAA-2013J", tmp_path)

    _, differ, lost = filecmp.cmpfiles(EXAMPLE, tmp_path, COLUMNS, shallow=False)
    assert (differ, lost) == ([], [])


@needs_source
def test_the_example_gives_the_events_that_the_whole_data_give(course):
    assert read_course(Path(SOURCE), "AAA-2013J") == course


def moment(event):
    return dt.datetime.fromisoformat(event["occurred_at"])


def column(name, key, value):
    with (EXAMPLE / name).open() as file:
        return {row[key]: row[value] for row in csv.DictReader(file)}
