"""Follow the ledger's chain: batches in their order, their rows, and what is behind the last."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.heads import Expected
from chalicelib.domain.ledger import BEGINNING, Batch, content_of, erased, hash_of
from chalicelib.domain.outside import MARK, commitment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from chalicelib.domain.heads import Head
    from chalicelib.domain.ledger import Entry
    from chalicelib.ports.ledger import Ledger

    Noted = Callable[[int], Iterable[Head]]  # heads from a batch on, in the order of batches

MOST_ROWS = 5_000  # that are asked for at once: as many as one batch may have
_MISSING = "it was noted, and is missing"
_OTHER = "its hash is not the one that was noted"


class Verdict(msgspec.Struct, kw_only=True):
    """What verifying has found; `broken` says what is wrong with the first batch that is."""

    batches: int = 0
    entries: int = 0
    erased: int = 0  # readers and students whose place a leaf has taken
    broken_batch: int | None = None
    broken: str | None = None
    head: str | None = None  # the last batch and its hash, to be kept elsewhere
    complete: bool = True  # whether the time sufficed for every batch
    walked: int = 0  # the older batch after which the next night goes on
    unsealed: int = 0
    unsealed_since: dt.datetime | None = None
    reused_event_ids: list[tuple[str, str, int]] = []


class Walk:
    """Follows the chain and counts what agrees, until something does not or time is up."""

    def __init__(self, ledger: Ledger, heads: Noted, enough: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._heads = heads
        self._enough = enough
        self._expected = Expected(())
        self.verdict = Verdict()

    def on(self, after: int, upto: int | None = None) -> Batch | None:
        """Verify the batches after one, to another or all; return the last that agrees."""
        self._expected = Expected(self._heads(after))
        batches = self._ledger.batches(max(after - 1, 0))
        before = next(batches, None) if after else None
        if after and (before is None or before.batch != after):
            self._break(after, _MISSING)
            return None
        if before and self._expected.disagrees(before):
            self._break(after, _OTHER)
            return None
        for group in _groups(itertools.takewhile(lambda b: not upto or b.batch <= upto, batches)):
            if self._enough():
                self.verdict.complete = False
                break
            before = self._agreeing(before, group)
            if self.verdict.broken:
                break
        return before

    def around(self, walked: int, upto: int) -> int:
        """Verify older batches from where the last night has stopped; return where this one has."""
        for after, until in ((walked, upto), (0, walked)):
            if self.verdict.complete and not self.verdict.broken and after < until:
                last = self.on(after, until)
                if not self.verdict.complete:
                    return last.batch if last else 0
        return walked

    def end(self, last: Batch | None) -> None:
        """Say what is behind the last batch, and whether there should be more of them."""
        verdict = self.verdict
        verdict.head = f"{last.batch}:{last.hash.hex()}" if last else None
        if verdict.broken or not verdict.complete:
            return
        if self._expected.missing():
            self._break(last.batch + 1 if last else 1, _MISSING)
        elif strays := self._ledger.strays():
            self._break(1, f"{strays} rows stand before the first")
        elif self._ledger.is_emptied():
            self._break(1, "reads were kept, and nothing is left of them")
        verdict.unsealed, verdict.unsealed_since = self._ledger.tail(last.last_id if last else 0)

    def _break(self, batch: int, how: str) -> None:
        self.verdict.broken_batch, self.verdict.broken = batch, how

    def _agreeing(self, before: Batch | None, group: Sequence[Batch]) -> Batch | None:
        """Verify a few batches, their rows with one query; return the last that agrees."""
        chained, wrong, last = [], None, before
        for batch in group:
            wrong = _out_of_chain(last, batch)
            wrong = _OTHER if self._expected.disagrees(batch) else wrong
            if wrong:
                break
            chained.append(batch)
            last = batch
        for batch, entries in _rows(self._ledger, chained):
            if not_so := _not_as_sealed(self._ledger, batch, entries):
                self._break(batch.batch, not_so)
                return before
            self._count(entries)
            before = batch
        if wrong:
            self._break(group[len(chained)].batch, wrong)
        return before

    def _count(self, entries: Sequence[Entry]) -> None:
        self.verdict.batches += 1
        self.verdict.entries += len(entries)
        self.verdict.erased += sum(map(erased, entries))


def _groups(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    """Give batches together whose rows are few enough for one query."""
    group: list[Batch] = []
    rows = 0
    for batch in batches:
        if group and rows + batch.entries > MOST_ROWS:
            yield group
            group, rows = [], 0
        group.append(batch)
        rows += batch.entries
    if group:
        yield group


def _rows(ledger: Ledger, chained: Sequence[Batch]) -> Iterator[tuple[Batch, list[Entry]]]:
    """Give each batch with its rows; one more than all have tells that there are more."""
    if not chained:
        return
    limit = sum(batch.entries for batch in chained) + 1
    rows = ledger.entries(chained[0].first_id, chained[-1].last_id, limit)
    begin = 0
    for batch in chained:
        end = bisect.bisect_right(rows, batch.last_id, key=lambda entry: entry.access_id)
        yield batch, rows[begin:end]
        begin = end


def _out_of_chain(before: Batch | None, batch: Batch) -> str | None:
    """Return what is wrong with a batch itself, whatever its rows are."""
    follows = (before.batch + 1, before.last_id + 1, before.hash) if before else (1, 1, BEGINNING)
    if (batch.batch, batch.first_id, batch.previous) != follows:
        return "it does not follow the batch before it"
    return None if hash_of(batch) == batch.hash else "its hash is not that of what it says"


def _not_as_sealed(ledger: Ledger, batch: Batch, entries: Sequence[Entry]) -> str | None:
    """Return what is wrong with the rows of a batch."""
    if len(entries) != batch.entries:
        return f"it has {len(entries)} rows; {batch.entries} were sealed"
    try:
        same = content_of(entries) == batch.content
    except ValueError as error:
        return str(error)
    return _not_as_told(ledger, batch, entries) if same else "a row of it has changed"


def _not_as_told(ledger: Ledger, batch: Batch, entries: Sequence[Entry]) -> str | None:
    """Return what is wrong with the words of disclosures; those of who was erased are gone."""
    outside = [one for one in entries if one.what.startswith(MARK) and one.salts[1] is not None]
    told = ledger.disclosures(batch.first_id, batch.last_id) if outside else {}
    for one in outside:
        words = told.get(one.access_id)
        if (
            words is None
            or words.student != one.students[0]
            or commitment(words.salt, words.content) != one.what
        ):
            return "what it says of a disclosure has changed"
    return None
