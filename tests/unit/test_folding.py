"""Facts are added to a standing exactly, by the rules of what an event means."""

from __future__ import annotations

import itertools

from chalicelib.domain.facts import ACTIVITY, Facts, Told
from chalicelib.domain.folding import fold, unheard_of
from chalicelib.domain.identity import event_uid
from chalicelib.domain.standing import MICROS_PER_DAY
from chalicelib.domain.work import Terms, marks_in_order
from tests.builders import STUDENTS, active, at, attended, scored, submitted

ADA = STUDENTS[0]


def folded(*events, terms=None, onto=None):
    """Fold events, all of one student and course, onto a standing."""
    facts = Facts()
    for event in events:
        facts.add(event, event_uid("local", event.event_id))
    ((_, told),) = facts.items()
    return fold(onto or unheard_of(ADA, "MATH-1"), told, terms or {}, {}).standing


def test_a_mark_is_added_with_its_weight():
    one = folded(scored("a", ADA, 1, 80, weight_milli=3000), scored("b", ADA, 2, 50, item="quiz-2"))

    assert (one.marks, one.weight_sum, one.weighted_sum) == (2, 4000, 3000 * 8000 + 1000 * 5000)
    assert [result.score_bp for result in marks_in_order(one.work)] == [8000, 5000]


def test_the_greatest_mark_in_time_counts_in_every_order():
    events = [scored("a", ADA, 1, 80), scored("b", ADA, 3, 40), scored("c", ADA, 2, 95)]

    for order in itertools.permutations(events):
        assert folded(*order).weighted_sum == 1000 * 4000


def test_of_marks_at_one_moment_the_greater_hash_counts():
    one, other = scored("a", ADA, 1, 80), scored("b", ADA, 1, 40)
    greater = max((one, other), key=lambda event: event_uid("local", event.event_id))

    assert folded(one, other) == folded(other, one)
    assert folded(one, other).weighted_sum == 1000 * greater.score_bp


def test_an_excused_or_optional_mark_counts_for_nothing():
    assert folded(scored("a", ADA, 1, 10, excused=True)).marks == 0
    optional = {"quiz-1": Terms(optional=True)}
    one = folded(scored("a", ADA, 1, 10), terms=optional)
    assert (one.marks, one.weight_sum, one.work[0].optional) == (0, 0, True)


def test_late_goes_by_the_first_submission_and_the_date_in_force():
    on_time, again = submitted("a", ADA, 2, due_us=at(3)), submitted("b", ADA, 5)

    assert folded(on_time, again).late == 0
    assert folded(again).late == 0  # nobody said when it was due
    assert folded(on_time, again, terms={"quiz-1": Terms(due_us=at(1))}).late == 1
    assert folded(submitted("a", ADA, 3 + 1 / 86400, due_us=at(3))).late == 1


def test_what_is_told_later_is_added_to_what_is_known():
    first = unheard_of(ADA, "MATH-1")
    facts, more = Facts(), Facts()
    mark, better = scored("a", ADA, 1, 30), scored("b", ADA, 2, 70)
    facts.add(mark, "a" * 32)
    more.add(better, "b" * 32)
    once = fold(first, facts[ADA, "MATH-1"], {}, {})
    twice = fold(once, more[ADA, "MATH-1"], {}, {})

    assert once.standing.weighted_sum == 1000 * 3000
    assert twice.standing.weighted_sum == 1000 * 7000
    assert first.standing.marks == 0  # nothing is changed in place


def test_a_later_status_of_a_session_takes_the_place_of_the_earlier():
    facts = Facts()
    facts.add(attended("b", ADA, 2, "present", "s1"), "b" * 32)
    absent = (at(1), "a" * 32, 2)
    start = unheard_of(ADA, "MATH-1")

    fresh = fold(start, facts[ADA, "MATH-1"], {}, {}).standing
    assert (fresh.sessions, fresh.attended) == (1, 1)
    known = fold(start, facts[ADA, "MATH-1"], {}, {"s1": absent}).standing
    assert (known.sessions, known.attended) == (0, 1)  # the session had been counted before
    earlier = fold(start, facts[ADA, "MATH-1"], {}, {"s1": (at(3), "a" * 32, 2)})
    assert earlier.changed == 0


def test_activity_moves_the_last_day_forwards_only():
    one = folded(active("a", ADA, 3), active("b", ADA, 1))
    assert one.active_day == at(3) // 86_400_000_000


def test_void_activity_is_what_is_left_of_it():
    known = fold_told(active("a", ADA, 5))

    assert known.standing.active_day == at(5) // MICROS_PER_DAY
    left = fold_told(active("b", ADA, 2), onto=known, void=ACTIVITY)
    assert (left.standing.active_day, left.changed) == (at(2) // MICROS_PER_DAY, ACTIVITY)
    assert fold_told(onto=known, void=ACTIVITY).standing.active_day is None
    assert fold_told(active("b", ADA, 2), onto=known) is known  # nothing void: the later day stays


def fold_told(*events, onto=None, void=0):
    """Fold what events tell, where these aspects of what was known before are void."""
    told = Told()
    for event in events:
        told.add(event, event_uid("local", event.event_id))
    told.void = void
    return fold(onto or unheard_of(ADA, "MATH-1"), told, {}, {})
