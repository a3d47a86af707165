"""Rules about the trend of marks: the latest of them beside those before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.indicators.finding import Finding, Severity, count, percent, points

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import Standing
    from chalicelib.domain.work import Result


class Trend(NamedTuple):
    """The latest marks beside those before them."""

    latest: list[Result]
    latest_bp: int  # plain mean
    before: list[Result]
    before_bp: int  # plain mean

    @property
    def change_bp(self) -> int:
        """By how much the mean rose; negative when it fell."""
        return self.latest_bp - self.before_bp


def trend(standing: Standing, policy: Policy) -> Trend | None:
    """Return how the latest marks compare with those before; None with too few of either."""
    wanted = policy.falling_latest_marks
    if standing.marks < wanted + policy.falling_before_marks:
        return None
    marks = marks_by_work(standing)
    before, latest = marks[:-wanted], marks[-wanted:]
    return Trend(latest, _plain_mean(latest), before, _plain_mean(before))


def falling_marks(found: Trend, _: Standing, policy: Policy) -> Finding | None:
    """Latest marks well below those before them (Bowers, Sprott & Taff 2013)."""
    fall = -found.change_bp
    if fall <= policy.falling_marks_bp - policy.clear_falling_margin_bp:
        return None
    return Finding(
        "falling_marks",
        Severity.ELEVATED,
        f"The mean of the latest {count(len(found.latest), 'mark')} is {percent(found.latest_bp)}, "
        f"{points(fall)} below the {percent(found.before_bp)} of the marks before.",
        {
            "latest_bp": found.latest_bp,
            "before_bp": found.before_bp,
            "threshold_bp": policy.falling_marks_bp,
            "items": [mark.item for mark in found.latest],
            "events": [mark.scored_uid for mark in found.latest],
        },
        fires=fall >= policy.falling_marks_bp,
    )


def marks_by_work(standing: Standing) -> list[Result]:
    """Return the results whose marks count, in the order of the work, not of its marking.

    A regrade must not make old work the latest: work stands where it was due, or else handed in, or
    else marked.
    """
    dated = [
        (one.due_us or one.submitted_us or one.scored_us or 0, one.item, one)
        for one in standing.work
        if one.weight is not None
    ]
    dated.sort()
    return [result for _, _, result in dated]


def _plain_mean(marks: list[Result]) -> int:
    return sum([mark.score_bp or 0 for mark in marks]) // len(marks)
