"""The states of an alert: which change leads where, and which is refused."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from chalicelib.domain import alert_requests as ask
from chalicelib.domain.alert_changes import Case, Limits, change
from chalicelib.domain.errors import ConflictError, InvalidRequestError, NotFoundError

NOW = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
OPEN = Case(version=4)
RESOLVED = Case(version=6, progress="in_progress", closed_at=NOW - DAY, outcome="improved")
CLEARED = Case(version=6, closed_at=NOW - DAY)
LIMITS = Limits(30 * DAY, 14 * DAY)
EVERY = [
    ask.Acknowledge(),
    ask.Assign(assignee="ada"),
    ask.AddNote(note="Called."),
    ask.Resolve(outcome="improved"),
    ask.Snooze(until=NOW + DAY),
    ask.Intervene(kind="tutoring"),
]


def after(case, *wanted, number=0, as_of=NOW):
    """Return the last step of these requests, one after the other."""
    step = None
    for one in wanted:
        step = change(one, case, "ada", as_of, limits=LIMITS, number=number)
        case = step.case if step else case
    return step


def named(one):
    return type(one).__name__


@pytest.mark.parametrize(
    ("wanted", "state", "said", "because"),
    [
        (EVERY[0], "acknowledged", "acknowledged", "Acknowledged."),
        (EVERY[1], "open", "assigned", "Assigned to ada."),
        (EVERY[2], "open", "noted", "Note."),
        (EVERY[3], "resolved", "resolved", "Resolved: improved."),
        (EVERY[4], "snoozed", "snoozed", "Snoozed until 2025-03-04 09:00 UTC."),
        (EVERY[5], "in_progress", "intervention_started", "Intervention 1 started: tutoring."),
    ],
    ids=map(named, EVERY),
)
def test_each_change_of_an_open_alert_leads_to_its_state(wanted, state, said, because):
    step = after(OPEN, wanted)

    assert (step.case.state(NOW), step.change, step.because) == (state, said, because)
    assert step.case.version == OPEN.version + 1


@pytest.mark.parametrize("closed", [RESOLVED, CLEARED], ids=["resolved", "cleared"])
@pytest.mark.parametrize("wanted", EVERY, ids=named)
def test_a_closed_alert_takes_notes_and_nothing_else(closed, wanted):
    if isinstance(wanted, ask.AddNote):
        assert after(closed, wanted).case.state(NOW) == closed.state(NOW)
        return
    with pytest.raises(ConflictError, match="closed"):
        after(closed, wanted)


def test_states_are_told_apart():
    assert (RESOLVED.state(NOW), CLEARED.state(NOW)) == ("resolved", "cleared")


@pytest.mark.parametrize(
    "wanted",
    [
        [EVERY[0], EVERY[0]],
        [EVERY[5], EVERY[0]],
        [EVERY[1], EVERY[1]],
        [ask.Assign(assignee=None)],
        [ask.Snooze(until=None)],
    ],
    ids=lambda wanted: "-".join(map(named, wanted)),
)
def test_what_is_so_already_changes_nothing(wanted):
    assert after(OPEN, *wanted) is None


def test_a_snooze_ends_by_itself_and_leaves_the_state_before_it():
    case = after(OPEN, ask.Acknowledge(), ask.Snooze(until=NOW + DAY)).case

    assert case.state(NOW + DAY - dt.timedelta(microseconds=1)) == "snoozed"
    assert case.state(NOW + DAY) == "acknowledged"


def test_a_snoozed_alert_can_be_woken_and_worked_on():
    snoozed = after(OPEN, ask.Snooze(until=NOW + DAY)).case

    woken = after(snoozed, ask.Snooze(until=None))
    assert (woken.change, woken.case.state(NOW)) == ("woken", "open")
    assert after(snoozed, ask.Acknowledge()).case.state(NOW + DAY) == "acknowledged"
    assert after(snoozed, ask.Resolve(outcome="other")).case.state(NOW) == "resolved"


@pytest.mark.parametrize("until", [NOW, NOW - DAY, NOW + 31 * DAY])
def test_a_snooze_ends_within_what_the_policy_allows(until):
    with pytest.raises(InvalidRequestError, match="until"):
        after(OPEN, ask.Snooze(until=until))


def test_an_assignment_is_taken_back():
    step = after(OPEN, ask.Assign(assignee="ben"), ask.Assign(assignee=None))

    assert (step.case.assignee, step.because) == (None, "Assigned to nobody.")


def test_a_note_with_another_change_is_kept_with_it():
    for wanted in (
        ask.Acknowledge(note="Seen."),
        ask.Resolve(outcome="other", note="Seen."),
        ask.Intervene(kind="plan", note="Seen."),
    ):
        step = after(OPEN, wanted)
        assert (step.details["note"], step.noted) == ("Seen.", True)
    again = after(OPEN, ask.Acknowledge(), ask.Acknowledge(note="Seen."))
    assert (again.change, again.details) == ("noted", {"note": "Seen."})


def test_acknowledging_alone_is_no_note():
    assert not after(OPEN, ask.Acknowledge()).noted


def test_an_intervention_has_kind_start_and_outcome():
    begun = after(OPEN, ask.Intervene(kind="family_contact", started_at=NOW - DAY)).case
    ended = after(begun, ask.EndIntervention(outcome="no_change"), number=1)

    (kept,) = ended.case.interventions
    assert (kept.kind, kept.person, kept.started_at) == ("family_contact", "ada", NOW - DAY)
    assert (kept.ended_at, kept.outcome) == (NOW, "no_change")
    assert ended.intervention == kept
    assert ended.because == "Intervention 1 ended: no change."
    assert ended.case.state(NOW) == "in_progress"


def test_an_intervention_ends_once_and_its_outcome_can_be_put_right():
    begun = after(OPEN, ask.Intervene(kind="plan")).case
    ended = after(begun, ask.EndIntervention(outcome="worse"), number=1).case

    again = ask.EndIntervention(outcome="worse")
    assert after(ended, again, number=1, as_of=NOW + DAY) is None
    better = after(ended, ask.EndIntervention(outcome="improved"), number=1, as_of=NOW + DAY)
    assert better.intervention.outcome == "improved"
    assert better.intervention.ended_at == NOW


def test_the_outcome_of_an_intervention_may_follow_the_alerts_end():
    begun = after(OPEN, ask.Intervene(kind="plan")).case
    resolved = after(begun, ask.Resolve(outcome="supported")).case

    ended = after(resolved, ask.EndIntervention(outcome="improved"), number=1)
    assert ended.case.state(NOW) == "resolved"


def test_interventions_are_numbered_in_the_order_of_their_start():
    step = after(OPEN, ask.Intervene(kind="plan"), ask.Intervene(kind="meeting"))

    assert [one.number for one in step.case.interventions] == [1, 2]


def test_times_that_cannot_be_are_refused():
    begun = after(OPEN, ask.Intervene(kind="plan")).case
    with pytest.raises(InvalidRequestError, match="started_at"):
        after(OPEN, ask.Intervene(kind="plan", started_at=NOW + DAY))
    with pytest.raises(InvalidRequestError, match="ended_at"):
        after(begun, ask.EndIntervention(outcome="worse", ended_at=NOW + DAY), number=1)
    with pytest.raises(InvalidRequestError, match="before"):
        after(begun, ask.EndIntervention(outcome="worse", ended_at=NOW - DAY), number=1)
    with pytest.raises(NotFoundError):
        after(begun, ask.EndIntervention(outcome="worse"), number=2)


@pytest.mark.parametrize("text", ["", "a\0", "a\x1bb", "x" * 4001, "a\x7f\n"])
def test_a_note_is_text_that_people_can_read(text):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"note": text}), type=ask.AddNote)


def test_a_note_may_have_lines():
    text = "Called.\n\tNo answer.\r\n"
    note = msgspec.json.decode(msgspec.json.encode({"note": text}), type=ask.AddNote)
    assert note.note == text


def test_who_gets_an_alert_is_told_unless_they_took_it_themselves():
    assert after(OPEN, ask.Assign(assignee="ben")).announce == "assigned"
    assert after(OPEN, ask.Assign(assignee="ada")).announce is None
    back = after(OPEN, ask.Assign(assignee="ben"), ask.Assign(assignee=None))
    assert back.announce is None


def test_the_end_of_a_snooze_is_told_when_it_comes():
    step = after(OPEN, ask.Snooze(until=NOW + DAY))

    assert (step.announce, step.announce_at) == ("woken", NOW + DAY)


def test_a_resolved_alert_is_followed_by_quiet():
    assert after(OPEN, ask.Resolve(outcome="other")).case.quiet_until == NOW + 14 * DAY
