"""What a row of OULAD means, on a folder of a few rows with every oddity that the data have."""

from __future__ import annotations

import json
import tracemalloc

import msgspec
import pytest

from chalicelib.domain import catalogue, reading
from local.oulad import OuladError, course_ids, read_course, read_courses
from local.oulad.__main__ import main
from local.oulad.extract import extract

FILES = {
    "courses.csv": """\
code_module,code_presentation,module_presentation_length
XXX,2013J,100
YYY,2014B,90
""",
    "assessments.csv": """\
code_module,code_presentation,id_assessment,assessment_type,date,weight
XXX,2013J,1,TMA,20,62.5
XXX,2013J,2,CMA,40,37.5
XXX,2013J,3,Exam,?,100
YYY,2014B,4,TMA,10,100
YYY,2014B,5,Exam,80,100
YYY,2014B,6,Exam,,100
""",
    "studentRegistration.csv": """\
code_module,code_presentation,id_student,date_registration,date_unregistration
XXX,2013J,11,-30,?
XXX,2013J,12,?,25
XXX,2013J,13,5,5
XXX,2013J,14,?,
YYY,2014B,11,-3,?
""",
    "studentAssessment.csv": """\
id_assessment,id_student,date_submitted,is_banked,score
1,11,20,0,78
1,12,21,0,?
2,11,-1,1,64
2,14,-1,1,
4,11,10,0,50
5,11,80,0,70
""",
    "studentInfo.csv": """\
code_module,code_presentation,id_student,gender,final_result
XXX,2013J,11,F,Pass
XXX,2013J,12,M,Withdrawn
XXX,2013J,13,M,Withdrawn
XXX,2013J,14,F,Fail
YYY,2014B,11,F,Pass
""",
    "studentVle.csv": """\
code_module,code_presentation,id_student,id_site,date,sum_click
XXX,2013J,11,900,-4,3
XXX,2013J,11,901,-4,2
XXX,2013J,11,900,4,1
YYY,2014B,11,950,0,8
""",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def read(folder, course="XXX-2013J", **options):
    return {e["event_id"]: e for e in read_course(folder, course, **options).events()}


def test_a_registration_without_a_day_is_no_event(folder):
    assert {
        e["event_id"]: e["status"]
        for e in read(folder).values()
        if e["event_type"] == "enrollment_changed"
    } == {
        "enrolled-XXX-2013J-11": "enrolled",
        "completed-XXX-2013J-11": "completed",
        "withdrawn-XXX-2013J-12": "withdrawn",
        "enrolled-XXX-2013J-13": "enrolled",
        "withdrawn-XXX-2013J-13": "withdrawn",
        "completed-XXX-2013J-14": "completed",
    }


def test_who_registers_and_leaves_on_one_day_registers_first(folder):
    events = [id_ for id_ in read(folder) if id_.endswith("-13")]

    assert events == ["enrolled-XXX-2013J-13", "withdrawn-XXX-2013J-13"]


def test_work_without_a_score_is_handed_in_and_never_marked(folder):
    events = read(folder)

    assert "submitted-1-12" in events
    assert "scored-1-12" not in events


def test_work_carried_over_is_excused_and_was_not_handed_in_here(folder):
    events = read(folder)

    assert "submitted-2-11" not in events
    assert events["scored-2-11"]["score"] == 64
    assert events["scored-2-11"]["excused"] is True
    assert events["scored-2-11"]["metadata"] == {"carried_over": True}


def test_work_carried_over_without_a_score_counts_nowhere(folder):
    carried = read(folder)["scored-2-14"]

    assert (carried["score"], carried["excused"]) == (0, True)


def test_marks_come_as_many_days_later_as_is_said(folder):
    assert read(folder)["scored-1-11"]["occurred_at"].startswith("2024-10-25T")
    assert read(folder, marking_lag_days=14)["scored-1-11"]["occurred_at"].startswith("2024-11-08T")


def test_a_lag_moves_marks_alone(folder):
    now, later = read(folder), read(folder, marking_lag_days=14)

    assert {id_ for id_ in now if now[id_] != later[id_]} == {
        id_ for id_ in now if id_.startswith("scored-") and not now[id_].get("excused")
    }


def test_an_exam_without_a_day_is_due_when_the_run_ends(folder):
    run = read_course(folder, "XXX-2013J").catalogue

    assert run["course"]["ends_on"] == "2025-01-13"
    assert run["items"]["3"]["due_at"] == "2025-01-13T23:59:59Z"


def test_an_exam_is_optional_only_where_nobody_has_a_result(folder):
    items = read_course(folder, "YYY-2014B").catalogue["items"]

    assert {id_: item["optional"] for id_, item in items.items()} == {
        "4": False,
        "5": False,
        "6": True,
    }
    assert items["6"]["title"] == "Final exam 2"


def test_weights_stay_as_they_are(folder):
    items = read_course(folder, "XXX-2013J").catalogue["items"]

    assert [item["weight"] for item in items.values()] == [62.5, 37.5, 100]


def test_clicks_by_page_are_summed_by_day(folder):
    events = read(folder)

    assert events["activity-XXX-2013J-11-day-4"]["count"] == 5
    assert events["activity-XXX-2013J-11-day4"]["count"] == 1


def test_the_api_accepts_the_catalogue(folder):
    for one in read_courses(folder):
        course_told, items = one.catalogue["course"], list(one.catalogue["items"].values())
        assert msgspec.convert(course_told, catalogue.Course).title == course_told["title"]
        assert len(msgspec.convert(items, list[catalogue.Item])) == len(items) > 0


def test_the_api_accepts_every_event(folder):
    for course in read_courses(folder):
        for event in course.events():
            read = reading.read_event(
                json.dumps(event).encode(), b"a key of thirty-two bytes, or so"
            )
            assert read.event_id == event["event_id"]


def test_all_runs_are_read_or_those_that_are_named(folder):
    assert course_ids(folder) == ["XXX-2013J", "YYY-2014B"]
    assert [course.course_id for course in read_courses(folder)] == course_ids(folder)
    assert [c.course_id for c in read_courses(folder, ["YYY-2014B"])] == ["YYY-2014B"]


def test_reading_many_runs_holds_one_of_them_in_memory(folder):
    many = FILES["courses.csv"] + "".join(f"Z{n:02},2014J,90\n" for n in range(20))
    clicks = "".join(f"Z{n:02},2014J,7,1,{day},1\n" for n in range(20) for day in range(500))
    (folder / "courses.csv").write_text(many)
    (folder / "studentVle.csv").write_text(FILES["studentVle.csv"] + clicks)

    assert peak_of(folder, course_ids(folder)) < 2 * peak_of(folder, ["Z00-2014J"])


def test_a_run_that_is_not_there_is_named_with_those_that_are(folder):
    with pytest.raises(OuladError, match=r"no course XXX-2099J in .*; there are XXX-2013J, YYY-"):
        read_course(folder, "XXX-2099J")


def test_a_folder_that_is_not_oulad_is_told_in_a_sentence(folder):
    (folder / "assessments.csv").unlink()

    with pytest.raises(OuladError, match=r"has no assessments\.csv, which OULAD has"):
        read_course(folder, "XXX-2013J")


def test_a_file_with_other_columns_is_told_in_a_sentence(folder):
    (folder / "studentInfo.csv").write_text("code_module,code_presentation,id_student\n")

    with pytest.raises(OuladError, match=r"studentInfo\.csv has no column final_result"):
        read_course(folder, "XXX-2013J")


def test_a_mark_before_its_submission_is_refused(folder):
    with pytest.raises(OuladError, match="before the submission"):
        read_course(folder, "XXX-2013J", marking_lag_days=-1)


def test_an_extract_holds_one_run_and_reads_the_same(folder, capsys):
    into = folder / "cut"

    assert main(["extract", str(folder), "--course", "XXX-2013J", "--into", str(into)]) == 0
    assert "studentInfo.csv" in capsys.readouterr().out
    assert course_ids(into) == ["XXX-2013J"]
    assert "gender" not in (into / "studentInfo.csv").read_text()
    assert read_course(into, "XXX-2013J") == read_course(folder, "XXX-2013J")


def test_an_extract_never_overwrites_what_it_reads(folder):
    with pytest.raises(OuladError, match="name another folder"):
        extract(folder, "XXX-2013J", folder)

    assert (folder / "courses.csv").read_text() == FILES["courses.csv"]


def test_the_command_says_what_is_wrong_in_one_line(folder, capsys):
    assert main(["extract", str(folder), "--course", "no", "--into", str(folder / "cut")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def peak_of(folder, courses):
    tracemalloc.start()
    try:
        for course in read_courses(folder, courses):
            assert course.drafts
            del course
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
