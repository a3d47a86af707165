"""What a bundle says: classes, who teaches them from when to when, who is enrolled in them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.domain.catalogue import Enrolment
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.oneroster.files import COLUMNS, VERSIONS, Row, Wrong, day_of, rows, unpack
from chalicelib.domain.oneroster.persons import people_of
from chalicelib.domain.oneroster.terms import Days, terms_of
from chalicelib.domain.roster import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.person import Told

MODES = ("bulk", "delta", "absent")
_SINCE_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)
_IGNORED = {"administrator", "proctor", "aide"}  # in a class: they see nobody by that


@dataclasses.dataclass
class Bundle:
    """What a bundle comes to, and everything that is wrong with it."""

    read: dict[str, int] = dataclasses.field(default_factory=dict)  # lines by file
    wrong: list[Wrong] = dataclasses.field(default_factory=list)
    courses: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)  # title, subject
    staff: dict[tuple[str, str], Line] = dataclasses.field(default_factory=dict)
    gone: list[tuple[str, str]] = dataclasses.field(default_factory=list)  # (person, course)
    left: list[str] = dataclasses.field(default_factory=list)  # people who teach nothing any more
    enrolments: dict[tuple[str, str], list[Enrolment]] = dataclasses.field(default_factory=dict)
    lines: dict[tuple[str, str], int] = dataclasses.field(default_factory=dict)  # of (who, course)
    people: dict[str, Told] = dataclasses.field(default_factory=dict)  # by pseudonym
    complete: bool = False  # enrollments in bulk: who is not named teaches none of these courses
    ignored: int = 0  # enrollments of roles that mean nothing here


def read(content: bytes, *, person: str, student: str, name: Callable[[str], str]) -> Bundle:
    """Return what a zipped bundle says; `wrong` tells which lines cannot be taken, and why.

    `person` and `student` are the columns of users that hold a token's subject and the student id
    that events name; `name` makes the pseudonym of such an id. Raises InvalidRequestError for
    what is no bundle at all, TooLargeError for one that is too large.
    """
    files = unpack(content)
    bundle = Bundle()
    modes = _manifest(files, bundle)
    known = {file: _known(file, files[file], bundle) for file in COLUMNS if modes[file] != "absent"}
    known = {file: known.get(file, {}) for file in COLUMNS}
    terms, wrong = terms_of(known, complete=modes["academicSessions"] == "bulk")
    bundle.people, bad = people_of(known, student, name)
    bundle.wrong += [*wrong, *bad]
    reading = _Reading(bundle, known, terms, {"teacher": person, "student": student}, name)
    reading.classes()
    reading.users()
    reading.enrollments()
    bundle.complete = modes["enrollments"] == "bulk"
    return bundle


def _manifest(files: dict[str, str], bundle: Bundle) -> dict[str, str]:
    """Return in which mode each file is there."""
    if "manifest" not in files:
        raise InvalidRequestError("The bundle has no manifest.csv.")
    found = list(rows("manifest", files["manifest"], ("propertyName", "value")))
    bundle.wrong += [one for one in found if isinstance(one, Wrong)]
    told = {one["propertyName"]: one for one in found if isinstance(one, Row)}
    version = told.get("oneroster.version")
    if version is None or version["value"] not in VERSIONS:
        raise InvalidRequestError(f"oneroster.version is none of {', '.join(VERSIONS)}.")
    modes = {}
    for file in COLUMNS:
        row = told.get(f"file.{file}")
        modes[file] = "absent" if row is None else row["value"].lower()
        if row is not None and modes[file] not in MODES:
            bundle.wrong.append(row.wrong("value", f"one of {', '.join(MODES)}"))
        if modes[file] != "absent" and file not in files:
            bundle.wrong.append(Wrong(f"{file}.csv", 0, "", "the file, as the manifest says"))
            modes[file] = "absent"
    return modes


def _known(file: str, text: str, bundle: Bundle) -> dict[str, Row]:
    """Return the lines of a file by sourcedId."""
    found: dict[str, Row] = {}
    for one in rows(file, text, COLUMNS[file]):
        if isinstance(one, Wrong):
            bundle.wrong.append(one)
        elif one["sourcedId"] in found:
            bundle.wrong.append(one.wrong("sourcedId", "an id that no other line has"))
        else:
            found[one["sourcedId"]] = one
    bundle.read[file] = len(found)
    return found


class _Reading:
    """The lines of a bundle, one file after the other."""

    def __init__(
        self,
        bundle: Bundle,
        known: dict[str, dict[str, Row]],
        terms: dict[str, Days],
        ids: dict[str, str],
        name: Callable[[str], str],
    ) -> None:
        self._bundle = bundle
        self._known = known
        self._terms = terms
        self._ids = ids
        self._name = name

    def classes(self) -> None:
        """Take each class for a course, with the subject of its own or of its course."""
        for id_, row in self._known["classes"].items():
            course = self._known["courses"].get(row["courseSourcedId"])
            if course is None and self._known["courses"]:
                self._wrong(row, "courseSourcedId", "a course of courses.csv")
            subject = row["subjects"] or (course["subjects"] if course else "")
            if not row.deleted:
                self._bundle.courses[id_] = row["title"][:300], subject.split(",")[0].strip()[:100]

    def users(self) -> None:
        """Note who has left."""
        for row in self._known["users"].values():
            if row.deleted and row[self._ids["teacher"]]:
                self._bundle.left.append(row[self._ids["teacher"]])

    def enrollments(self) -> None:
        """Take teachers for staff and students for enrolments."""
        for row in self._known["enrollments"].values():
            user = self._known["users"].get(row["userSourcedId"])
            role = row["role"].lower()
            if role in _IGNORED:
                self._bundle.ignored += 1
            elif role not in self._ids:
                self._wrong(row, "role", "student, teacher, administrator, proctor or aide")
            elif user is None or user.deleted:
                self._wrong(row, "userSourcedId", "a user of users.csv who is not to be deleted")
            elif row["classSourcedId"] not in self._known["classes"]:
                self._wrong(row, "classSourcedId", "a class of classes.csv")
            elif not user[self._ids[role]]:
                self._wrong(user, self._ids[role], "something, since users are known by it")
            else:
                self._enrolled(row, role, user[self._ids[role]])

    def _enrolled(self, row: Row, role: str, id_: str) -> None:
        begins, ends = day_of(row, "beginDate"), day_of(row, "endDate")
        course = row["classSourcedId"]
        for found in (begins, ends):
            if isinstance(found, Wrong):
                self._bundle.wrong.append(found)
                return
        assert not isinstance(begins, Wrong)  # noqa: S101  # nosec B101  # as just seen
        assert not isinstance(ends, Wrong)  # noqa: S101  # nosec B101
        term = self._terms.get(course, (None, None))
        begins, ends = begins or term[0], ends or term[1]
        if begins and ends and ends <= begins:
            self._wrong(row, "endDate", "a day after beginDate, or the term's: the first day out")
        elif role == "student":
            self._student(row, self._name(id_), course, (begins, ends))
        elif row.deleted:
            self._bundle.lines[id_, course] = row.line
            self._bundle.gone.append((id_, course))
        elif (id_, course) in self._bundle.staff:
            self._wrong(row, "userSourcedId", "a teacher once a class")
        else:
            last = ends - _DAY if ends else None
            self._bundle.lines[id_, course] = row.line
            self._bundle.staff[id_, course] = Line(id_, "teaches", course, begins, last)

    def _student(
        self, row: Row, student: str, course: str, span: tuple[dt.date | None, dt.date | None]
    ) -> None:
        told = self._bundle.enrolments.setdefault((course, student), [])
        self._bundle.lines[student, course] = row.line
        if row.deleted:
            return
        begins_at = _midnight(span[0]) or _SINCE_EVER
        if any(one.begins_at == begins_at for one in told):
            self._wrong(row, "beginDate", "another day than the same student's other line")
        else:
            told.append(Enrolment(begins_at, _midnight(span[1])))

    def _wrong(self, row: Row, field: str, expected: str) -> None:
        self._bundle.wrong.append(row.wrong(field, expected))


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day, dt.time(), dt.UTC)
