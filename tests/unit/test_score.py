"""The risk score: each part where it should be, whole numbers, the same in any order."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from chalicelib.domain.classroom import Course, ItemTerms, describe
from chalicelib.domain.folding import unheard_of, with_terms
from chalicelib.domain.score import features, has_dates, scale, score, total
from chalicelib.domain.score_points import BASE, PARTS, STAGES_BP
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext
from chalicelib.domain.work import Result

DAY = MICROS_PER_DAY
ITEMS = [
    ItemTerms(f"essay-{n}", f"Essay {n}", 10 * n * DAY, 1000, optional=False) for n in (1, 2, 3)
]
COURSE = Course("C", 0, 40 * DAY, ITEMS)
NOW = 25 * DAY  # two essays are due


def student(name, *results):
    return with_terms(unheard_of(name, "C").standing, list(results))


def essay(number, percent=70.0, day=None, **more):
    submitted = round((10 * number - 1 if day is None else day) * DAY)
    return Result(
        f"essay-{number}",
        weight=1000,
        score_bp=round(percent * 100),
        scored_us=submitted,
        submitted_us=submitted,
        **more,
    )


CLASS = [student(f"s{n}", essay(1, 60 + n), essay(2, 65 + n)) for n in range(20)]


def context(class_=CLASS, now=NOW):
    return describe(COURSE, class_, now)


def points(one, class_=CLASS):
    return score(one, scale(context(class_), 4000, NOW))


def test_a_class_is_described_by_what_it_handed_in_and_when():
    first, second, third = context().items

    assert (first.handed_in, first.expected, second.handed_in, third.handed_in) == (20, 20, 20, 0)
    assert first.handed_bp == (20 * 10_000 + 2 * 8500) // 22
    assert 6900 < first.mean_bp < 7100  # of 60 to 79, drawn to 72 by five imagined marks
    assert first.lead_mean_h == -24
    assert (context().enrolled, context().mean_bp) == (20, 7200)


def test_a_class_is_the_same_in_whatever_order_it_is_read():
    assert context(CLASS[::-1]) == context()


def test_without_a_catalogue_the_work_itself_tells_what_there_is():
    bare = Course("C", None, None, [])
    class_ = [student("a", essay(1, due_us=10 * DAY)), student("b")]

    (item,) = describe(bare, class_, NOW).items
    assert (item.item, item.due_us, item.handed_in, item.expected) == ("essay-1", 10 * DAY, 1, 2)


def test_without_a_catalogue_the_word_of_most_students_counts():
    bare = Course("C", None, None, [])
    odd = [student("a", essay(1)), student("b", essay(1, due_us=30 * DAY))]  # no date; put off
    class_ = [*odd, *(student(name, essay(1, due_us=10 * DAY)) for name in "cd")]

    (item,) = describe(bare, class_, NOW).items
    assert item.due_us == 10 * DAY
    assert describe(bare, class_[::-1], NOW) == describe(bare, class_, NOW)


def test_who_is_not_enrolled_is_no_part_of_the_class():
    gone = replace(student("gone"), enrolled=((0, 5 * DAY),))

    assert context([*CLASS, gone]) == context()


def test_a_student_like_the_class_has_the_usual_score():
    usual = points(student("x", essay(1, 70), essay(2, 74)))

    assert abs(usual.total - usual.parts["base"]) <= 3


def test_missing_work_low_marks_lateness_and_silence_add_points():
    usual = points(student("x", essay(1, 70), essay(2, 74)))
    missing = points(student("x", essay(1, 70)))
    low = points(student("x", essay(1, 30), essay(2, 30)))
    late = points(student("x", essay(1, 70, day=16), essay(2, 74, day=24)))
    nothing = points(student("x"))

    assert missing.parts["missing"] > usual.parts["missing"]
    assert low.parts["marks"] > usual.parts["marks"]
    assert low.parts["fails"] > usual.parts["fails"] == 0
    assert late.parts["timing"] > usual.parts["timing"]
    assert nothing.parts["silence"] > usual.parts["silence"]
    assert nothing.total > max(missing.total, low.total) > usual.total


def test_excused_work_is_as_if_it_had_not_been_set():
    excused = Result("essay-2", excused=True)

    by = scale(context(), 4000, NOW)
    with_it = features(student("x", essay(1), excused), by)
    without = features(student("x", essay(1)), by)
    assert with_it["missing"] < without["missing"]
    assert with_it["marks"] == without["marks"]


def test_before_anything_is_due_who_has_done_nothing_has_the_base():
    at = 2 * DAY
    by = scale(context([student(f"s{n}") for n in range(20)], at), 4000, at)

    assert abs(score(student("x"), by).total - by.base / 100) < 5


def test_without_due_dates_there_is_nothing_to_measure_by():
    assert has_dates(context())
    assert not has_dates(CourseContext("C"))


@pytest.mark.parametrize("part", PARTS)
def test_every_curve_goes_one_way_at_every_stage(part):
    for row in PARTS[part].rows:
        assert len(row) == len(PARTS[part].knots)
        assert list(row) in (sorted(row), sorted(row, reverse=True))
    assert len(PARTS[part].rows) == len(STAGES_BP) == len(BASE)


def test_the_total_is_the_sum_of_its_parts_within_rounding():
    for one, two in itertools.product((20, 50, 90), repeat=2):
        found = points(student("x", essay(1, one), essay(2, two)))
        if 0 < found.total < 100:
            assert abs(found.total - sum(found.parts.values())) <= len(found.parts) / 2


def test_a_scale_holds_until_something_else_is_due_or_an_hour_is_over():
    assert scale(context(), 4000, NOW).until_us == NOW + DAY // 24
    assert scale(context(), 4000, 30 * DAY - 60).until_us == 30 * DAY


def test_the_score_without_its_parts_is_the_same_at_every_stage():
    for day in range(0, 45, 5):
        by = scale(context(now=day * DAY), 4000, day * DAY)
        for one in (*CLASS, student("x"), student("y", essay(1, 5), essay(3, 100, 3))):
            assert total(one, by) == score(one, by).total
            assert abs(sum(score(one, by).parts.values()) - total(one, by)) < 6 or total(
                one, by
            ) in (0, 100)
