"""Change and show the policy of an institution or a course: checked, versioned, by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.in_force import INSTITUTION, Policies, resolve
from chalicelib.domain.policy import OF_PEOPLE, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.domain.in_force import PolicyVersion
    from chalicelib.domain.policy import Overrides, Policy
    from chalicelib.ports.changes import PolicyVersions

Json = dict[str, Any]


def put(
    versions: PolicyVersions,
    default: Policy,
    course: str,
    overrides: Overrides,
    text: str,
    *,
    person: str,
) -> bool:
    """Keep what a scope changes; tell whether it is a new version.

    Raises InvalidRequestError, with line, key and reason, when no policy comes of it, there or in a
    course that changes it further: then the old one stays in force.
    """

    def check(all_: Mapping[str, Overrides]) -> None:
        institution = all_.get(INSTITUTION, {})
        own = {} if course == INSTITUTION else overrides
        resolve(default, institution, own, text=text)
        if course == INSTITUTION:
            _check_courses(default, all_, text)
        else:
            _refuse_what_is_of_people(overrides, text)

    return versions.put(course, overrides, text, person=person, check=check)


def show(versions: PolicyVersions, default: Policy, course: str) -> Json:
    """Return the policy in force in a scope, where each threshold comes from, and its versions."""
    overrides = versions.in_force()
    kept = versions.versions(course)
    policy = Policies(default, overrides).of(course)
    return {
        "course": course or None,
        "preset": policy.name,
        "policy": {
            name: {"value": value, "from": _origin(name, course, overrides)}
            for name, value in msgspec.structs.asdict(policy).items()
            if name != "name"
        },
        "changes": overrides.get(course, {}),
        "version": kept[0].version if kept else 0,
        "history": history(kept),
    }


def history(kept: Iterable[PolicyVersion]) -> list[Json]:
    """Return versions as the API shows them."""
    return [
        {
            "version": one.version,
            "changes": one.overrides,
            "sent": one.sent,
            "set_by": one.set_by,
            "valid_from": one.valid_from,
        }
        for one in kept
    ]


def _check_courses(default: Policy, all_: Mapping[str, Overrides], text: str) -> None:
    """Refuse a change of the institution's policy that a course's own would contradict."""
    refused = Policies(default, all_).refused()
    if refused:
        reason = f"the changes of these courses contradict it: {', '.join(refused[:10])}"
        raise refusal(text, None, reason)


def _refuse_what_is_of_people(overrides: Overrides, text: str) -> None:
    for name in OF_PEOPLE:
        if name in overrides:
            raise refusal(text, name, "people have several courses: the institution alone sets it")


def _origin(name: str, course: str, overrides: Mapping[str, Overrides]) -> str:
    own = overrides.get(course, {}) if course != INSTITUTION else {}
    if name in own:
        return "course"
    if "preset" not in own and name in overrides.get(INSTITUTION, {}):
        return "institution"
    return "preset"
