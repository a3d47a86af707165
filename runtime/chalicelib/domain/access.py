"""Who may do what: principal, action, what it is about, roster -> allowed with the reason, or not.

Nothing is allowed but what a rule of domain.rules allows, and of that not what takes two: nobody
raises her own rights, and nobody decides on her own record, since an official may have no direct
interest in the outcome (34 CFR 99.22(c)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.rules import RULES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from chalicelib.domain.principal import Principal
    from chalicelib.domain.roster import Line
    from chalicelib.domain.rules import Action, Rule

_HER_OWN = "This is about your own record: somebody else has to do it."
_HER_RIGHTS = "Nobody gives herself rights: somebody else has to do it."


class About(NamedTuple):
    """What it is about; what is not named does not matter, or is not there."""

    course: str | None = None
    student: str | None = None
    courses: Sequence[str] = ()  # those of the student that who asks teaches
    person: str | None = None  # whose rights are changed or shown


class Own(NamedTuple):
    """What a person has to do with."""

    courses: tuple[str, ...]  # that she teaches
    students: tuple[str, ...]  # whom she advises


class Permit(NamedTuple):
    """That something is allowed, and why."""

    reason: str  # such as: teaches MATH-101 until 2027-01-31
    only: Own | None = None  # of a list: what is shown of it; None: all
    oneself: frozenset[str] = frozenset()  # the students who she is herself


def decide(
    principal: Principal, action: Action, about: About, lines: Sequence[Line], today: dt.date
) -> Permit | None:
    """Return why something is allowed; None: it is not.

    `lines` are the roster's of this principal, whether they hold on that day or not.
    """
    if not_hers(principal.subject, action, about, lines, today):
        return None
    return _allowed(principal, action, about, lines, today)


def takes_another(
    principal: Principal, action: Action, about: About, lines: Sequence[Line], today: dt.date
) -> str | None:
    """Return the words for what would be allowed, were it not her own; None: nothing like that."""
    if _allowed(principal, action, about, lines, today) is None:
        return None
    return not_hers(principal.subject, action, about, lines, today)


def not_hers(
    subject: str, action: Action, about: About, lines: Sequence[Line], today: dt.date
) -> str | None:
    """Return why somebody else has to do it, whatever she may otherwise; None: she may herself.

    It names what she knows of herself alone. A course that she is yet to teach is hers already.
    """
    own = RULES[action].not_own
    if "person" in own and about.person == subject:
        return _HER_RIGHTS
    hers = [one for one in lines if one.person == subject and one.lasts(today)]
    if "record" in own and any(
        (one.kind, one.target) == ("self", about.student) and one.holds(today) for one in hers
    ):
        return _HER_OWN
    if "course" in own and ("teaches", about.course) in {(one.kind, one.target) for one in hers}:
        return f"You teach {about.course}: somebody else has to do it."
    return None


def _allowed(
    principal: Principal, action: Action, about: About, lines: Sequence[Line], today: dt.date
) -> Permit | None:
    rule = RULES[action]
    held = [line for line in lines if line.person == principal.subject and line.holds(today)]
    if rule.anybody:
        return Permit("has signed in")
    if principal.kind == "machine":
        if rule.scope and rule.scope in principal.scopes:
            return Permit(f"has the scope {rule.scope}")
        held = [line for line in held if line.kind == "role"]
    found = _by_role(rule, held) or _by_relation(rule, about, held)
    return found and found._replace(oneself=frozenset(_targets(held, "self")))


def _by_role(rule: Rule, held: Sequence[Line]) -> Permit | None:
    for line in held:
        if line.kind == "role" and line.target in rule.roles:
            return Permit(str(line))
    return None


def _by_relation(rule: Rule, about: About, held: Sequence[Line]) -> Permit | None:
    for line in held:
        if line.kind in rule.related and (rule.any_of_hers or _concerns(line, about)):
            return Permit(str(line), Own(_targets(held, "teaches"), _targets(held, "advises")))
    return None


def _targets(held: Sequence[Line], kind: str) -> tuple[str, ...]:
    return tuple(line.target for line in held if line.kind == kind)


def _concerns(line: Line, about: About) -> bool:
    if line.kind == "teaches":
        return line.target == about.course or line.target in about.courses
    return line.target == about.student
