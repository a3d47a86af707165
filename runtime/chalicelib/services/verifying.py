"""Verify the access ledger: all, or each night what is new and as much as fits of the rest."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from chalicelib.domain.heads import Head, Verified, in_force
from chalicelib.services.ledger_walk import Verdict, Walk

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from chalicelib.ports.ledger import Heads, Ledger
    from chalicelib.services.ledger_walk import Noted

MOST_REUSED = 100  # ids that one report names


def noted(heads: Heads, anchor: str, now: dt.datetime) -> Noted:
    """Return what gives every head that still counts, and that which somebody has brought (or '').

    They are listed while they are wanted: a million in two years. What comes after the last
    is noted later than it, so that a batch which is sealed meanwhile is no missing one. ValueError
    when what was brought is none.
    """
    brought = [Head(*one, now)] if (one := anchor_of(anchor)) else []

    def since(batch: int) -> Iterator[Head]:
        kept = in_force(heads.heads(batch), heads.restored())
        return heapq.merge(kept, (one for one in brought if one.batch >= batch))

    return since


def anchor_of(text: str) -> tuple[int, str] | None:
    """Return a noted batch and its hash, as verifying and the log write them; None for ''."""
    if not text:
        return None
    number, _, hash_ = text.partition(":")
    return int(number), hash_


def nothing(_since: int) -> Iterable[Head]:
    """Give no head: somebody who owns the database could then have made the whole ledger anew."""
    return ()


def verify(
    ledger: Ledger,
    heads: Noted = nothing,
    *,
    after: int = 0,
    enough: Callable[[], bool] = lambda: False,
) -> Verdict:
    """Compute every digest and hash anew; stop at the first batch that does not agree.

    `after` is a batch that was verified before, `enough` tells when time is up: what was reached
    by then is `head`, and where to go on.
    """
    walk = Walk(ledger, heads, enough)
    last = walk.on(after)
    walk.end(last)
    return walk.verdict


def verify_nightly(
    ledger: Ledger, heads: Heads, now: dt.datetime, *, enough: Callable[[], bool]
) -> Verdict:
    """Verify what is new since the last good night, then older batches in turn while there is time.

    How far it came is kept where the heads are. Without a good night everything is new.
    UnavailableError when it cannot be told what was noted.
    """
    good = in_force(heads.verified(), heads.restored())
    last = max(good, key=lambda one: (one.noted_at, one.batch), default=None)
    walk = Walk(ledger, _with(last, noted(heads, "", now)), enough)
    newest = walk.on(last.batch if last else 0)
    walk.end(newest)
    verdict = walk.verdict
    if last and not verdict.broken:
        verdict.walked = walk.around(last.walked, last.batch)
    if newest and not verdict.broken:
        heads.note(newest.batch, newest.hash.hex(), now)  # the sealer may have been cut off
        heads.note_verified(newest.batch, newest.hash.hex(), verdict.walked, now)
    return verdict


def _with(last: Verified | None, heads: Noted) -> Noted:
    """Add what the last good night has noted to the heads."""
    more = [Head(last.batch, last.hash, last.noted_at)] if last else []
    return lambda since: heapq.merge(heads(since), (one for one in more if one.batch >= since))
