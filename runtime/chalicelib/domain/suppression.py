"""Counts of students for those who may not see the students: none that is, or gives away, a few.

A count below ten is not told, the least that NCES 2011-603 (SLDS Technical Brief 3) recommends; nor
is one from which such a count follows by subtraction. Zero counts as few: that nobody of a class is
in a band says something of everybody in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST = 10
Json = dict[str, Any]


def suppressed(cells: Mapping[str, int], fewest: int = FEWEST) -> dict[str, int | None]:
    """Return the parts of a whole whose sum is told, without those that are small (None).

    What is left out is at least two parts and at least `fewest` students together, or everything:
    else the whole less what is told would be a small count.
    """
    by_size = sorted(cells, key=lambda name: (cells[name], name))
    hidden = [name for name in by_size if cells[name] < fewest]
    for name in by_size[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(map(cells.__getitem__, hidden)) >= fewest):
            break
        hidden.append(name)
    return {name: None if name in hidden else count for name, count in cells.items()}


def part_of(part: int, whole: int | None) -> int | None:
    """Return how many of a whole that is told; None when they, or the rest, are few."""
    return None if whole is None or min(part, whole - part) < FEWEST else part


def same_or_part_of(part: int, whole: int | None) -> int | None:
    """Return a part of a whole as `part_of`, but all of it as well: nobody has left."""
    return whole if part == whole else part_of(part, whole)


def whole_of(count: int) -> int | None:
    """Return a count by itself; None when it is small."""
    return None if count < FEWEST else count


def apart_from(count: int | None, *told: int | None) -> int | None:
    """Return a count that is told, unless it differs by a few from another that is."""
    if count is None or any(0 < abs(count - one) < FEWEST for one in told if one is not None):
        return None
    return count


def whole_percent(basis_points: int) -> int:
    """Return a class's mean as it is told, in basis points: to the nearest whole percent, half up.

    Exact, the means before and after one more mark would tell that mark. So they leave it open by
    as many points as there are marks, ten at least.
    """
    return (basis_points + 50) // 100 * 100


def course_for_others(course: Json) -> Json:
    """Return a course's summary for who may not see its students.

    Alerts are left out: how many there are is not how many students have them. Those enrolled at
    the last sweep come first, since the list of courses tells them as well, of the same whole.
    """
    students, risk, of_class = course["students"], course["risk"], course["class"]
    swept = enrolled_for_others(of_class["enrolled"], students) if of_class else None
    enrolled = apart_from(enrolled_for_others(course["enrolled"], students), swept)
    return {
        **course,
        "students": whole_of(students),
        "enrolled": enrolled,
        "open_alerts": None,
        "risk": dict.fromkeys(risk) if whole_of(students) is None else suppressed(risk),
        "class": class_for_others(of_class, students, enrolled) if of_class else None,
    }


def enrolled_for_others(enrolled: int, students: int) -> int | None:
    """Return how many are enrolled, of all who ever were, for who may not see them."""
    return same_or_part_of(enrolled, whole_of(students))


def class_for_others(of_class: Json, students: int, *told: int | None) -> Json:
    """Return what a class looks like for who may not see its students, wherever it is told.

    `students` ever were in it; `told` are other counts of them that go with it. The mean of ten
    marks or more is told though nobody is told of how many it is, to the whole percent.
    """
    enrolled = enrolled_for_others(of_class["enrolled"], students)
    marked = same_or_part_of(of_class["marked"], whole_of(students))
    few = whole_of(of_class["marked"]) is None
    return {
        **of_class,
        "enrolled": enrolled,
        "marked": apart_from(marked, enrolled, *told),
        "mean": None if few else whole_percent(round(of_class["mean"] * 100)) / 100,
    }


def comparison_for_others(report: Json) -> Json:
    """Return how two policies compare for who may not see the students; alerts are left out.

    The counts of a rule are told of no whole that has a number, so each stands for itself. Those of
    a day are sums over rules, from which a rule's would follow: no day is told.
    """
    rules = [{**_large(one), "alerts": dict.fromkeys(one["alerts"])} for one in report["rules"]]
    return {"rules": rules, "days": []}


def _large(row: Json) -> Json:
    return {name: whole_of(one) if isinstance(one, int) else one for name, one in row.items()}


def items_for_others(items: list[Json], students: int) -> list[Json]:
    """Return a course's work for who may not see its students.

    How many were expected is told where it was everybody: two such numbers that differ by a few
    would tell of these.
    """
    return [{**item, **_of_item(item, whole_of(students))} for item in items]


def _of_item(item: Json, students: int | None) -> Json:
    if students is None or item["expected"] != students or item["handed_in"] is None:
        return {"handed_in": None, "expected": None}
    return {"handed_in": part_of(item["handed_in"], students), "expected": students}
