"""Logistic regression on curves that only rise or only fall, and that change with time.

A part of the score is a broken line: flat outside of its knots, and of increments between them
that have a sign. Each increment, and the base, has one value at each stage of a course, straight
lines between. The objective is convex: the fit is its one minimum, whatever is tried first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

RIDGE, SMOOTH = 20.0, 20.0  # of increments; of the steps of every weight from stage to stage
MOST_STEPS, CLOSE = 200, 1e-9


class Part(NamedTuple):
    """One part: where its line may break, which way it goes, and where it is 0."""

    knots: tuple[int, ...]
    rising: bool
    zero: int  # one of the knots


class Fitted(NamedTuple):
    """What was fitted: one unit of log-odds is 1."""

    base: Floats  # by stage
    curves: dict[str, Floats]  # stage x knot


def fit(
    parts: Mapping[str, Part],
    stages: Sequence[float],
    values: Mapping[str, Floats],
    when: Floats,
    risky: Floats,
) -> Fitted:
    """Return base and curves; one row is one student in one week, `risky` 0 or 1."""
    columns = [np.ones_like(when)]
    columns += [c for name, part in parts.items() for c in _increments(part, values[name])]
    basis, weights = np.stack(columns, axis=1), _stage_weights(when, np.asarray(stages))
    count, of_stages = basis.shape[1], weights.shape[1]
    rows = (basis[:, :, None] * weights[:, None, :]).reshape(len(when), count * of_stages)
    free = np.arange(count * of_stages) < of_stages  # the base may have any sign
    found = _minimum(rows, risky, _penalty(count, of_stages), free)
    return _curves(parts, found.reshape(count, of_stages))


def _increments(part: Part, value: Floats) -> list[Floats]:
    """Return how much of each increment a value has come by, from the end that is without risk."""
    pairs = zip(part.knots[:-1], part.knots[1:], strict=True)
    shares = [np.clip((value - low) / (high - low), 0, 1) for low, high in pairs]
    return shares if part.rising else [1 - share for share in shares]


def _stage_weights(when: Floats, stages: Floats) -> Floats:
    at = np.clip(when, stages[0], stages[-1])
    return np.stack([np.interp(at, stages, one) for one in np.eye(len(stages))], axis=1)


def _penalty(count: int, stages: int) -> Floats:
    steps = np.diff(np.eye(stages), axis=0)
    ridge = np.diag(np.repeat(np.r_[0.0, np.full(count - 1, RIDGE)], stages))
    return np.asarray(ridge + np.kron(np.eye(count), SMOOTH * steps.T @ steps))


def _minimum(rows: Floats, risky: Floats, penalty: Floats, free: npt.NDArray[np.bool_]) -> Floats:
    """Return the minimum where nothing but what is free is negative: Newton, projected.

    Bertsekas, SIAM J. Control Optim. 20 (1982): steps are by those that are not held at 0.
    """
    now = np.zeros(rows.shape[1])
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-rows @ now))
        slope = rows.T @ (chance - risky) + penalty @ now
        moving = free | (now > 0) | (slope < 0)
        if np.abs(slope[moving & (free | (now > 0) | (slope < -CLOSE))]).max(initial=0) < CLOSE:
            break
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + penalty
        step = np.zeros_like(now)
        step[moving] = np.linalg.solve(bend[np.ix_(moving, moving)], slope[moving])
        now = _shortened(rows, risky, penalty, free, now, step, slope)
    return now


def _shortened(
    rows: Floats, risky: Floats, penalty: Floats, free: npt.NDArray[np.bool_],
    now: Floats, step: Floats, slope: Floats,
) -> Floats:  # fmt: skip
    """Return where a step leads, halved until it leads down (Armijo)."""

    def loss(at: Floats) -> float:
        logits = rows @ at
        return float((np.logaddexp(0, logits) - risky * logits).sum() + at @ penalty @ at / 2)

    before, length, there = loss(now), 1.0, now
    while length > CLOSE:
        there = now - length * step
        there = np.where(free, there, np.maximum(there, 0))
        if loss(there) <= before - 1e-4 * slope @ (now - there):
            break
        length /= 2
    return there


def _curves(parts: Mapping[str, Part], found: Floats) -> Fitted:
    base, curves, at = found[0].copy(), {}, 1
    for name, part in parts.items():
        steps = found[at : at + len(part.knots) - 1]
        at += len(steps)
        line = np.zeros((len(steps) + 1, found.shape[1]))
        if part.rising:
            line[1:] = np.cumsum(steps, axis=0)
        else:
            line[:-1] = np.cumsum(steps[::-1], axis=0)[::-1]
        zero = line[part.knots.index(part.zero)].copy()
        base += zero
        curves[name] = (line - zero).T
    return Fitted(base, curves)
