"""What was disclosed of a record, or asked for and refused, outside of the monitor.

34 CFR 99.32(a): on paper, after a subpoena, to another school. What is told goes into a row of its
own, which can be erased; the ledger, which cannot, has its hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.domain.alert_requests import Text  # msgspec reads the types
from chalicelib.domain.asked import check_moments
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.events import Moment  # msgspec reads the types
from chalicelib.domain.person import Line  # msgspec reads the types

MARK = "outside/"  # what such a row of the ledger begins with, before the hash
EMERGENCY = "99.31(a)(10)"
# Why it may be disclosed without consent, 34 CFR 99.31(a), as far as 99.32 wants it recorded: not
# to officials (1), not directory information (11), not to the student (12). With consent 99.30; to
# a child welfare agency 20 U.S.C. 1232g(b)(1)(L), which the regulation does not have yet.
Basis = Literal[
    "99.30",
    "99.31(a)(2)",
    "99.31(a)(3)",
    "99.31(a)(4)",
    "99.31(a)(5)",
    "99.31(a)(6)",
    "99.31(a)(7)",
    "99.31(a)(8)",
    "99.31(a)(9)",
    "99.31(a)(10)",
    "99.31(a)(13)",
    "99.31(a)(14)",
    "99.31(a)(15)",
    "99.31(a)(16)",
    "1232g(b)(1)(L)",
]


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody to whom the receiver may disclose it further, 99.32(b)."""

    name: Line
    interest: Text


class Outside(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """One disclosure, or one request that was refused."""

    outcome: Literal["disclosed", "refused"]
    party: Line  # to whom, or who asked
    interest: Text  # the party's, in the record
    what: Text
    occurred_at: Moment
    basis: Basis | None = None
    threat: Text | None = None  # in an emergency, 99.32(a)(5)
    further_parties: Annotated[list[Party], Meta(max_length=32)] = []

    def __post_init__(self) -> None:
        """Refuse what the law would not call a record of a disclosure."""
        check_moments(occurred_at=self.occurred_at)
        if (self.outcome == "disclosed") != (self.basis is not None):
            raise ValueError("a disclosure has a `basis`, a refused request none")
        if (self.basis == EMERGENCY) != (self.threat is not None):
            raise ValueError(f"`threat` belongs to a disclosure by {EMERGENCY}, and only there")
        if self.further_parties and self.outcome == "refused":
            raise ValueError("`further_parties` are those of a disclosure")


def checked(wanted: Outside, now: dt.datetime) -> Outside:
    """Return it, its time in UTC, unless it has not happened yet."""
    if wanted.occurred_at > now:
        path, reason = "$.occurred_at", "this is yet to come"
        raise InvalidRequestError(f"{path}: {reason}", [{"path": path, "reason": reason}])
    return msgspec.structs.replace(wanted, occurred_at=wanted.occurred_at.astimezone(dt.UTC))


def commitment(salt: str, content: str) -> str:
    """Return what the ledger has of it: without the salt it can be compared with nothing."""
    return MARK + hashlib.sha256(uuid.UUID(salt).bytes + content.encode()).hexdigest()
