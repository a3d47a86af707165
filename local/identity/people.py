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
    source: str = ""  # as which a machine sends

    @property
    def is_machine(self) -> bool:
        """Whether it is a client that acts for itself."""
        return self.client == self.name


_OULAD = "AAA-2013J"
_TERM = ("mathematics", "english", "science", "history")

PEOPLE = {
    one.name: one
    for one in (
        Somebody("educator", "educator", courses=(_OULAD,)),
        *(
            Somebody(f"educator-{subject}", "educator", courses=(f"synthetic-{subject}",))
            for subject in _TERM
        ),
        Somebody("adviser", "adviser"),
        Somebody("registrar", "registrar"),
        Somebody("administrator", "administrator"),
        Somebody("student", "student"),
        Somebody("platform", "platform", client="platform", scope="events:write", source="local"),
    )
}


def named(name: str) -> Somebody:
    """Return somebody by name; KeyError for a name that nobody has."""
    return PEOPLE[name]
