"""Which policy is in force where: a preset, changed by the institution, changed by a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.policy import PRESETS, Overrides, Policy, changed, refusal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

INSTITUTION = ""  # where a course would stand


class PolicyVersion(NamedTuple):
    """One version of what an institution or a course changes."""

    version: int
    overrides: Overrides
    sent: str  # TOML or JSON
    set_by: str
    valid_from: dt.datetime


def resolve(
    default: Policy, institution: Overrides, course: Overrides, *, text: str = ""
) -> Policy:
    """Return the policy that these make; `text` is the file of the last that is not empty.

    A course that names a `preset` starts from it, whatever the institution has changed. Raises
    InvalidRequestError, with key and reason, and the line where the text has it.
    """
    if "preset" in course:
        return _changed(default, course, text)
    base = _changed(default, institution, "" if course else text)
    return _changed(base, course, text) if course else base


def _changed(base: Policy, overrides: Overrides, text: str) -> Policy:
    rest = {name: value for name, value in overrides.items() if name != "preset"}
    named = overrides.get("preset", base.name)
    if named == base.name:
        return changed(base, rest, text)
    if not isinstance(named, str) or named not in PRESETS:
        raise refusal(text, "preset", f"{named!r} is none of {', '.join(PRESETS)}")
    return changed(PRESETS[named], rest, text)


class Policies:
    """The policies of all courses at one moment."""

    def __init__(self, default: Policy, overrides: Mapping[str, Overrides] | None = None) -> None:
        self._default = default
        self._overrides = overrides or {}
        self._of_institution = self._resolved({}) or default
        self._of: dict[str, Policy] = {}

    def of(self, course: str) -> Policy:
        """Return what is in force in a course.

        Where a threshold was stored that is refused today, what stands above it is in force.
        """
        known = self._of.get(course)
        if known is None:
            own = self._overrides.get(course) if course != INSTITUTION else None
            known = (self._resolved(own) if own else None) or self._of_institution
            self._of[course] = known
        return known

    def refused(self) -> list[str]:
        """Return the courses whose changes would be refused today."""
        return [
            course
            for course, own in self._overrides.items()
            if course != INSTITUTION and self._resolved(own) is None
        ]

    def _resolved(self, course: Overrides) -> Policy | None:
        try:
            return resolve(self._default, self._overrides.get(INSTITUTION, {}), course)
        except InvalidRequestError:
            return None
