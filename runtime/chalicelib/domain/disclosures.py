"""Which reads 34 CFR 99.32 makes an institution record, and show to the student who asks.

Every request for and disclosure of personally identifiable information is recorded with the parties
and their legitimate interests (99.32(a)), but for, among others, those of the student herself
(99.32(d)(1)) and of school officials with a legitimate educational interest (99.32(d)(2),
99.31(a)(1)).

A school official is here a person whom the roster names: the interest says so (domain.access). A
machine is none, though an institution may make its contractor one (99.31(a)(1)(i)(B)): what is told
too much does no harm, what is told too little does. What the monitor has refused is told as well,
whoever asked: without an interest nobody is exempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

STUDENT = "99.32(d)(1): the student herself"
OFFICIAL = "99.32(d)(2): a school official with a legitimate educational interest"
# What reasons of the roster begin with: see domain.roster.Line and domain.interest.
_OFFICIALS = (
    "teaches ",
    "advises ",
    "is registrar",
    "is administrator",
    "is privacy_officer",
)
REFUSED = "refused"  # the reason of a request that was
Json = dict[str, Any]


def exempt(kind: str, reason: str) -> str | None:
    """Return why a read need not be recorded as a disclosure; None: it has to be."""
    if kind == "student":
        return STUDENT
    if kind == "person" and reason.startswith(_OFFICIALS):
        return OFFICIAL
    return None


def disclosures(reads: Iterable[Json]) -> Json:
    """Return the reads that have to be told, and how many others there are, by exemption."""
    told: list[Json] = []
    left_out = {STUDENT: 0, OFFICIAL: 0}
    for read in reads:
        if read.get("disclosure"):
            told.append(_outside(read, read["disclosure"]))
        elif why := exempt(read["kind"], read["reason"]):
            left_out[why] += 1
        else:
            told.append(_disclosure(read))
    return {"items": told, "exempt": left_out, "rule": "34 CFR 99.32"}


def _disclosure(read: Json) -> Json:
    return {
        "outcome": REFUSED if read["reason"] == REFUSED else "disclosed",
        "disclosed_at": read["read_at"],
        "party": read["subject"],
        "client": read["client"] or None,
        "kind": read["kind"],
        "interest": None if read["reason"] == REFUSED else read["reason"],
        "what": read["what"],
        "address": read["address"],
    }


def _outside(read: Json, told: Json) -> Json:
    """Return what somebody has entered of a disclosure that the monitor had no part in."""
    rest: Json = {
        name: told[name] for name in ("basis", "threat", "further_parties") if name in told
    }
    return {
        "outcome": told["outcome"],
        "disclosed_at": told["occurred_at"],
        "party": told["party"],
        "client": None,
        "kind": "outside",
        "interest": told["interest"],
        "what": told["what"],
        "address": None,
        **rest,
        "entered_by": read["subject"],
        "entered_at": read["read_at"],
    }
