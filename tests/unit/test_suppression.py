"""No count of a few students is told to who may not see them, nor follows from what is told."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.suppression import (
    FEWEST,
    class_for_others,
    comparison_for_others,
    course_for_others,
    items_for_others,
    part_of,
    same_or_part_of,
    suppressed,
    whole_percent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

BANDS = ("0-19", "20-39", "40-59", "60-79", "80-100")
COUNTS = st.lists(st.integers(0, 60), min_size=2, max_size=6).map(
    lambda counts: {f"cell {n}": count for n, count in enumerate(counts)}
)


def test_large_counts_are_told():
    cells = {"a": 10, "b": 25, "c": 300}
    assert suppressed(cells) == cells


def test_one_small_count_takes_the_smallest_other_with_it():
    assert suppressed({"a": 40, "b": 3, "c": 12, "d": 90}) == {
        "a": 40, "b": None, "c": None, "d": 90,
    }  # fmt: skip


def test_small_counts_that_are_few_together_take_another_with_them():
    """2 and 5 are seven: whoever knows the sum would know of seven students."""
    assert suppressed({"a": 2, "b": 5, "c": 30, "d": 40}) == {
        "a": None, "b": None, "c": None, "d": 40,
    }  # fmt: skip


def test_small_counts_that_are_many_together_are_enough():
    assert suppressed({"a": 4, "b": 7, "c": 30}) == {"a": None, "b": None, "c": 30}


def test_nobody_is_few():
    assert suppressed({"a": 0, "b": 0, "c": 24}) == {"a": None, "b": None, "c": None}


def sums_told(cells: Mapping[str, int], told: Mapping[str, int | None]) -> list[int]:
    """Return every sum of cells that follows from the whole and what is told."""
    hidden = sum(cells[name] for name, count in told.items() if count is None)
    shown = [count for count in told.values() if count is not None]
    sums = [
        sum(some) for n in range(1, len(shown) + 1) for some in itertools.combinations(shown, n)
    ]
    return [*sums, hidden] if any(count is None for count in told.values()) else sums


@given(COUNTS)
def test_no_small_count_is_told_or_follows(cells):
    told = suppressed(cells)
    hidden = [name for name, count in told.items() if count is None]
    assert all(count is None or count == cells[name] for name, count in told.items())
    assert len(hidden) != 1
    if len(hidden) < len(cells):
        assert all(count >= FEWEST for count in sums_told(cells, told))


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_part_is_told_where_neither_it_nor_the_rest_is_small(part, rest):
    told = part_of(part, part + rest)
    assert told == (part if min(part, rest) >= FEWEST else None)


def test_that_nobody_has_left_is_told_and_that_a_few_have_is_not():
    assert same_or_part_of(30, 30) == 30
    assert same_or_part_of(28, 30) is None
    assert same_or_part_of(20, 30) == 20


def course(students: int, enrolled: int, marked: int, *risk: int) -> dict:
    return {
        "course": "MATH-101",
        "students": students,
        "enrolled": enrolled,
        "open_alerts": 3,
        "risk": dict(zip(BANDS, risk, strict=True)),
        "class": {"as_of": "x", "enrolled": enrolled, "marked": marked, "mean": 61.37},
    }


def test_a_small_course_tells_no_number():
    told = course_for_others(course(9, 9, 9, 2, 2, 2, 2, 1))
    assert told == {
        "course": "MATH-101",
        "students": None,
        "enrolled": None,
        "open_alerts": None,
        "risk": dict.fromkeys(BANDS),
        "class": {"as_of": "x", "enrolled": None, "marked": None, "mean": None},
    }


def test_a_course_tells_its_large_bands_and_its_mean():
    told = course_for_others(course(60, 60, 48, 20, 15, 12, 9, 4))
    assert told["risk"] == {"0-19": 20, "20-39": 15, "40-59": 12, "60-79": None, "80-100": None}
    assert (told["students"], told["enrolled"], told["open_alerts"]) == (60, 60, None)
    assert told["class"] == {"as_of": "x", "enrolled": 60, "marked": 48, "mean": 61.0}


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_no_two_numbers_of_a_course_differ_by_a_few(students, enrolled, swept, marked):
    found = course(students, enrolled, marked, students, 0, 0, 0, 0)
    found["class"]["enrolled"] = swept

    told = course_for_others(found)

    of_class = told["class"]
    numbers = [told["students"], told["enrolled"], of_class["enrolled"], of_class["marked"]]
    known = [0, *(one for one in numbers if one is not None)]
    assert not [
        one for one in itertools.combinations(known, 2) if 0 < abs(one[0] - one[1]) < FEWEST
    ]


def test_the_mean_is_told_of_all_but_a_few_though_not_how_many_they_are():
    told = course_for_others(course(60, 60, 58, 20, 20, 20, 0, 0))
    assert (told["class"]["marked"], told["class"]["mean"]) == (None, 61.0)


@pytest.mark.parametrize(("enrolled", "marked"), [(9, 9), (2, 2), (1, 1), (0, 0)])
def test_a_class_of_a_few_tells_nothing_wherever_it_is_told(enrolled, marked):
    of_class = {"enrolled": enrolled, "marked": marked, "mean": 62.5 if marked else None}
    assert set(class_for_others(of_class, enrolled).values()) == {None}


@given(st.integers(FEWEST, 30), st.integers(0, 300_000), st.integers(0, 10_000))
def test_a_mean_before_and_after_one_more_mark_leaves_that_mark_open(n, before, mark):
    """Even to who knows the sum before: by as many points as there are marks then."""
    width = 100 * (n + 1)
    shown = whole_percent((before + mark) // (n + 1))
    others = range(mark - width, mark + width + 1)
    assert sum(whole_percent((before + one) // (n + 1)) == shown for one in others) == width


def test_the_mean_of_a_few_is_not_told():
    told = course_for_others(course(60, 60, 9, 20, 20, 20, 0, 0))
    assert (told["class"]["marked"], told["class"]["mean"]) == (None, None)


def test_work_tells_how_many_of_the_whole_class_have_handed_it_in():
    items = [
        {"item": "a", "handed_in": 20, "expected": 40},
        {"item": "b", "handed_in": 38, "expected": 40},  # two have not
        {"item": "c", "handed_in": 20, "expected": 38},  # two came later
        {"item": "d", "handed_in": None, "expected": None},
    ]
    told = [(one["handed_in"], one["expected"]) for one in items_for_others(items, 40)]
    assert told == [(20, 40), (None, 40), (None, None), (None, None)]
    assert {one["handed_in"] for one in items_for_others(items, 9)} == {None}


def test_a_comparison_of_policies_tells_no_few():
    counts = {"both": 30, "only_in_force": 9, "only_in_shadow": 0}
    alerts = {"in_force": 40, "shadow": 31, "new": 1}
    report = {
        "rules": [{"rule": "low_marks", **counts, "alerts": alerts}],
        "days": [{"day": "2026-01-01", **counts}],
    }
    large = {"both": 30, "only_in_force": None, "only_in_shadow": None}
    assert comparison_for_others(report) == {
        "rules": [{"rule": "low_marks", **large, "alerts": dict.fromkeys(alerts)}],
        "days": [],
    }
