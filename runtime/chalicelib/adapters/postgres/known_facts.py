"""What is known already of the work and the sessions that events tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.adapters.postgres import arrays
from chalicelib.domain.work import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.facts import Pair, Status, Told

    Sessions = Mapping[Pair, Mapping[str, Status]]

Piece = tuple[str, str]  # (course, item)
# The number in what was asked, from 1, and the fields of Terms; the same, and those of Status.
_Terms = tuple[int, int | None, int | None, bool]
_Status = tuple[int, int, str, int]
_decode = msgspec.json.Decoder(tuple[list[_Terms] | None, list[_Status] | None]).decode


class Known(NamedTuple):
    """What there is; nothing where there is nothing."""

    terms: Mapping[str, Mapping[str, Terms]]  # the catalogue's, by course and item
    sessions: Sessions  # the status so far, by pair and session


class Wanted(NamedTuple):
    """What has to be known of what some pairs are told of."""

    work: Sequence[Piece]
    sessions: Sequence[tuple[Pair, str]]

    def keys(self) -> dict[str, str]:
        """Return the values of standings_to_fold that ask for it."""
        return {
            "work_course": arrays.texts([course for course, _ in self.work]),
            "item": arrays.texts([item for _, item in self.work]),
            "attending": arrays.plain(pair[0] for pair, _ in self.sessions),
            "session_course": arrays.texts([pair[1] for pair, _ in self.sessions]),
            "session": arrays.texts([session for _, session in self.sessions]),
        }

    def known(self, answer: str) -> Known:
        """Return what the answer says, JSON as standings_to_fold makes it."""
        terms: dict[str, dict[str, Terms]] = {}
        statuses: dict[Pair, dict[str, Status]] = {}
        of_work, of_sessions = _decode(answer)
        for number, due_us, weight_milli, optional in of_work or ():
            course, item = self.work[number - 1]
            terms.setdefault(course, {})[item] = Terms(due_us, weight_milli, optional)
        for number, at_us, uid, status in of_sessions or ():
            pair, session = self.sessions[number - 1]
            statuses.setdefault(pair, {})[session] = (at_us, uid, status)
        return Known(terms, statuses)


NOTHING = Wanted((), ())


def wanted(part: Mapping[Pair, Told]) -> Wanted:
    """Return what has to be known to fold what these pairs are told of."""
    return Wanted(
        sorted({(pair[1], e.item) for pair, one in part.items() for e, _ in one.work}),
        [(pair, session) for pair, one in part.items() for session in one.sessions],
    )
