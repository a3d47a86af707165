"""What became of the students, and who they are: known to the report, to no rule and no score."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local.oulad import events, files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AT_RISK = ("Fail", "Withdrawn")
GROUPS = {
    "gender": "gender",
    "age": "age_band",
    "deprivation": "imd_band",
    "disability": "disability",
}


class Person(NamedTuple):
    """One enrolment: its end, and the groups of the fairness report."""

    student: str
    at_risk: bool
    registered_day: int | None  # of the run, which may be negative; None: not known
    left_day: int | None  # of the run
    groups: Mapping[str, str]

    def registered_by(self, day: int) -> bool:
        """Tell whether the student had registered; work of an earlier run may be known before."""
        return self.registered_day is not None and self.registered_day <= day


def people_of(folder: Path, run: files.Run) -> list[Person]:
    """Return the enrolments of a run; without demographics where the folder has none."""
    columns = ("id_student", "date_registration", "date_unregistration")
    days = {
        number: (began, left)
        for number, began, left in files.rows_of(folder / files.REGISTRATION, run, *columns)
    }
    groups = _groups(folder, run)
    outcomes = files.rows_of(folder / files.INFO, run, "id_student", "final_result")
    return [
        Person(
            events.student_id(number),
            result in AT_RISK,
            files.day_or_none(days[number][0]),
            files.day_or_none(days[number][1]),
            groups.get(number, {}),
        )
        for number, result in outcomes
        if number in days
    ]


def _groups(folder: Path, run: files.Run) -> dict[str, dict[str, str]]:
    try:
        rows = list(files.rows_of(folder / files.INFO, run, "id_student", *GROUPS.values()))
    except files.OuladError:
        return {}
    return {
        number: {
            name: value if files.known(value) else "unknown"
            for name, value in zip(GROUPS, values, strict=True)
        }
        for number, *values in rows
    }
