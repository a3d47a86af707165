"""Add the facts of a batch to what is kept: read what they touch, fold in Python, write.

The students are locked, so nobody changes in between what was read.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import arrays, enrolment_spans, fact_tables, known_facts, queries
from chalicelib.domain import folding
from chalicelib.domain.facts import ACTIVITY, CONDUCT, ENROLMENT, WORK, Facts
from chalicelib.domain.standing import Conduct, Signals, Standing, Touched
from chalicelib.domain.work import Result, Terms, put_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.adapters.postgres.known_facts import Known, Wanted
    from chalicelib.adapters.postgres.pipeline import Asked, Pipeline, Statement
    from chalicelib.domain.facts import Pair, Status, Told

    Part = Mapping[Pair, Told]
    Question = tuple[Part, Wanted, Asked]  # a part, what has to be known besides, the answer

# Pairs that are read, folded, judged and saved together: so many that a statement is worth its way
# to the server, so few that client and server both have something to do from early on.
PARTS, LEAST, MOST = 2, 150, 1000
_SQL = queries.load("folding.sql")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Result]).decode
_decode_conduct = msgspec.json.Decoder(tuple[Conduct, ...]).decode
_SUMS = ("marks", "weight_sum", "weighted_sum", "handed_in", "late", "sessions", "attended")
_DAYS = ("active_day", "submitted_day")
_sums, _days = operator.attrgetter(*_SUMS), operator.attrgetter(*_DAYS)
_number = operator.itemgetter(0)
_NONE_KNOWN: dict[str, Status] = {}
_NO_TERMS: dict[str, Terms] = {}


def fold(cursor: Pipeline, facts: Facts) -> Iterator[list[Touched]]:
    """Add the facts to the tables of facts; yield the standings as they become, not saved yet.

    They come in parts: while one is folded, judged and saved here, the server reads the next. The
    first has been asked for when this returns.
    """
    told = iter(facts.items())
    size = min(MOST, max(LEAST, -(-len(facts) // PARTS)))
    parts = iter(lambda: dict(itertools.islice(told, size)), {})
    asked = (_ask(cursor, part) for part in parts)
    return _folded(cursor, next(asked, None), asked)


def _folded(
    cursor: Pipeline, asked: Question | None, following: Iterator[Question]
) -> Iterator[list[Touched]]:
    while asked is not None:
        (part, wanted, answer), asked = asked, next(following, None)
        rows = sorted(answer.rows(), key=_number)
        yield _fold_part(cursor, part, _read(part, rows), wanted.known(rows[0][-1]))


def _ask(cursor: Pipeline, part: Part) -> Question:
    """Ask for what is known of these pairs."""
    wanted = known_facts.wanted(part)
    return part, wanted, cursor.soon(_SQL["standings_to_fold"], _keys(part) | wanted.keys())


def _fold_part(
    cursor: Pipeline, part: Part, standings: list[Touched], known: Known
) -> list[Touched]:
    terms, sessions = known
    fact_tables.add(cursor, part, sessions)
    touched = [
        folding.fold(one, told, terms.get(pair[1], _NO_TERMS), sessions.get(pair, _NONE_KNOWN))
        for (pair, told), one in zip(part.items(), standings, strict=True)
    ]
    counted = [t.aspects & (CONDUCT | ENROLMENT) | t.void & ~ACTIVITY for t in part.values()]
    return count_anew(cursor, touched, counted)


def _read(pairs: Iterable[Pair], rows: Iterable[tuple[Any, ...]]) -> list[Touched]:
    """Return the standing of each pair; one of nothing where there is none yet."""
    return [
        folding.unheard_of(student, course) if row[1] is None else _touched(student, course, row)
        for (student, course), row in zip(pairs, rows, strict=True)
    ]


def _keys(pairs: Iterable[Pair]) -> dict[str, str]:
    students, courses = zip(*pairs, strict=True)
    return {"student": arrays.plain(students), "course": arrays.texts(courses)}


def count_anew(cursor: Pipeline, touched: list[Touched], aspects: Iterable[int]) -> list[Touched]:
    """Return the standings with these aspects, where there are any, counted from the facts."""
    chosen = [(i, changed) for i, changed in enumerate(aspects) if changed]
    if not chosen:
        return touched
    pairs = [(touched[i].standing.student, touched[i].standing.course) for i, _ in chosen]
    cursor.execute(_SQL["count_anew"], _keys(pairs))
    for n, enrolled, sessions, attended, *conducted in cursor.fetchall():
        incidents, suspensions, conduct = conducted
        i, changed = chosen[n - 1]
        standing = msgspec.structs.replace(
            touched[i].standing,
            enrolled=enrolment_spans.from_text(enrolled),
            sessions=sessions,
            attended=attended,
            incidents=incidents,
            suspensions=suspensions,
            conduct=_conduct(conduct),
        )
        touched[i] = msgspec.structs.replace(
            touched[i], standing=standing, changed=touched[i].changed | changed
        )
    return touched


def save(cursor: Pipeline, touched: Sequence[Touched]) -> None:
    """Write these standings, each with its risk; those of which nothing was kept are made."""
    kept = [one for one in touched if one.place]
    made = [one for one in touched if not one.place]
    rest = [one for one in touched if one.changed & (CONDUCT | ENROLMENT)]
    cursor.later([*_add(made), *_save(kept)], rows=len(kept) or None)
    cursor.later([*_save_rest(rest)])  # afterwards, since it moves what it writes


def _save(kept: Sequence[Touched]) -> Iterator[Statement]:
    if kept:
        values = _columns(kept)
        values["place"] = arrays.texts([one.place for one in kept])
        values["work"] = arrays.optional_texts(
            _encode(one.standing.work).decode() if one.changed & WORK else None for one in kept
        )
        yield _SQL["save_standings"], values


def _add(made: Sequence[Touched]) -> Iterator[Statement]:
    if made:
        values = _columns(made) | _pairs(made)
        values["work"] = arrays.texts([_encode(one.standing.work).decode() for one in made])
        yield _SQL["add_standings"], values


def recount(cursor: Pipeline, pair: Pair, aspects: int) -> None:
    """Count these aspects of one standing anew, after the roster has changed; make it if needed."""
    cursor.execute(_SQL["standings_to_fold"], _keys([pair]) | known_facts.NOTHING.keys())
    save(cursor, count_anew(cursor, _read([pair], cursor.fetchall()), [aspects]))


def refold_item(cursor: Pipeline, item: str, terms: Terms, standings: Iterable[Touched]) -> None:
    """Let new terms of a piece of work count in those standings that have a result of it."""
    done = [one for one in standings if any(r.item == item for r in one.standing.work)]
    save(
        cursor,
        [
            msgspec.structs.replace(
                one,
                standing=folding.with_terms(
                    one.standing, put_terms(one.standing.work, item, terms)
                ),
                changed=WORK,
            )
            for one in done
        ],
    )


def lock_all(cursor: Pipeline) -> None:
    """Keep every other writer of standings out until the end of the transaction."""
    cursor.execute(_SQL["lock_all"])


def to_touched(row: Sequence[Any]) -> Touched:
    """Return the standing of a row of standings_of_course."""
    student, course, *rest = row
    return _touched(student, course, (0, *rest))


def _touched(student: str, course: str, row: Sequence[Any]) -> Touched:
    place, work = row[1:3]
    marks, weight_sum, weighted_sum, handed_in, late, sessions, attended = row[3:10]
    active_day, submitted_day, incidents, suspensions, enrolled, conduct = row[10:16]
    open_alerts, risk_bucket, version, *signals = row[16:22]
    standing = Standing(
        student,
        course,
        _decode(work),
        marks,
        weight_sum,
        weighted_sum,
        handed_in,
        late,
        sessions,
        attended,
        active_day,
        submitted_day,
        incidents,
        suspensions,
        None if enrolled is None else enrolment_spans.from_text(enrolled),
        _conduct(conduct),
    )
    return Touched(standing, open_alerts, risk_bucket, version, place, 0, Signals(*signals))


def _conduct(text: str | None) -> tuple[Conduct, ...]:
    return () if text is None else _decode_conduct(text)


def _pairs(touched: Sequence[Touched]) -> dict[str, str]:
    return _keys([(one.standing.student, one.standing.course) for one in touched])


def _columns(touched: Sequence[Touched]) -> dict[str, str]:
    standings = [one.standing for one in touched]
    sums = zip(_SUMS, zip(*map(_sums, standings), strict=True), strict=True)
    days = zip(_DAYS, zip(*map(_days, standings), strict=True), strict=True)
    return {
        **{name: arrays.plain(column) for name, column in sums},
        **{name: arrays.optional(column) for name, column in days},
        "risk_bucket": arrays.plain(one.risk_bucket for one in touched),
    }


def _save_rest(touched: Sequence[Touched]) -> Iterator[Statement]:
    if touched:
        values = _pairs(touched)
        values["incidents"] = arrays.plain(one.standing.incidents for one in touched)
        values["suspensions"] = arrays.plain(one.standing.suspensions for one in touched)
        values["enrolled"] = arrays.optional_texts(
            None
            if one.standing.enrolled is None
            else enrolment_spans.to_text(one.standing.enrolled)
            for one in touched
        )
        values["conduct"] = arrays.optional_texts(
            _encode(one.standing.conduct).decode() if one.standing.conduct else None
            for one in touched
        )
        yield _SQL["save_conduct_and_enrolment"], values
