"""Ready-made people and machines of the local system; none of them is real, none has a password."""

from __future__ import annotations

from typing import NamedTuple

AUDIENCE = "monitor-local"
DASHBOARD = "dashboard"


class Somebody(NamedTuple):
    """One who can sign in, and what the roster is to say of her."""

    name: str  # what `python -m local token NAME` takes; the token's `sub`
    role: str
    client: str = DASHBOARD
    scope: str = "openid"
    courses: tuple[str, ...] = ()  # that an educator teaches
    students: tuple[str, ...] = ()  # by the institution's ids: whom she advises, or who she is
    source: str = ""  # as which a machine sends

    @property
    def is_machine(self) -> bool:
        """Whether it is a client that acts for itself."""
        return self.client == self.name


_OULAD = "AAA-2013J"
_PUPILS = ("oulad-11391", "oulad-28400", "oulad-30268")
_TERM = ("mathematics", "english", "science", "history")

PEOPLE = {
    one.name: one
    for one in (
        Somebody("educator", "educator", courses=(_OULAD,)),
        *(
            Somebody(f"educator-{subject}", "educator", courses=(f"synthetic-{subject}",))
            for subject in _TERM
        ),
        Somebody("adviser", "adviser", students=(*_PUPILS, "synthetic-001", "synthetic-002")),
        Somebody("registrar", "registrar"),
        Somebody("privacy-officer", "privacy_officer"),
        Somebody("analyst", "analyst"),
        Somebody("administrator", "administrator"),
        Somebody("student", "student", students=_PUPILS[:1]),
        Somebody("platform", "platform", client="platform", scope="events:write", source="local"),
    )
}


def named(name: str) -> Somebody:
    """Return somebody by name; KeyError for a name that nobody has."""
    return PEOPLE[name]
