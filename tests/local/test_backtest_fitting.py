"""The fit of the score: it finds curves that are known, and never one that turns."""

from __future__ import annotations

import inspect
import itertools
from pathlib import Path

import numpy as np
import pytest

from chalicelib.domain import score_points
from local.backtest.fitting import difference, fitted, module, seen
from local.backtest.monotone import RIDGE, SMOOTH, Fitted, Part, fit

EXAMPLE = Path(__file__).parents[2] / "examples" / "oulad-AAA-2013J"
STAGES = (1000, 7000)
UP = Part((0, 500, 1000), rising=True, zero=0)
DOWN = Part((-10, 0, 10), rising=False, zero=0)
PARTS = {"up": UP, "down": DOWN}


def students(n):
    drawn = np.random.default_rng(11)
    values = {"up": drawn.uniform(-100, 1100, n), "down": drawn.uniform(-12, 12, n)}
    return values, drawn.uniform(0, 9000, n), drawn.uniform(size=n)


def chance(logits):
    return 1 / (1 + np.exp(-logits))


def test_curves_that_rise_and_fall_and_grow_with_time_are_found():
    values, when, luck = students(60_000)
    late = np.interp(when, STAGES, (0, 1))
    logits = (
        -1
        + np.interp(values["up"], UP.knots, (0, 1.5, 2)) * (1 + late)
        + np.interp(values["down"], DOWN.knots, (1, 0, -0.5))
    )
    risky = (luck < chance(logits)).astype(float)
    found = fit(PARTS, STAGES, values, when, risky)
    assert found.base == pytest.approx([-1, -1], abs=0.1)
    assert found.curves["up"][0] == pytest.approx([0, 1.5, 2], abs=0.15)
    assert found.curves["up"][1] == pytest.approx([0, 3, 4], abs=0.25)
    for stage in (0, 1):
        assert found.curves["down"][stage] == pytest.approx([1, 0, -0.5], abs=0.1)


def test_a_curve_that_turns_in_the_data_is_flat_where_it_would_turn():
    values, when, luck = students(20_000)
    logits = np.interp(values["up"], UP.knots, (0, 2, 1)) - 1
    risky = (luck < chance(logits)).astype(float)
    found = fit({"up": UP}, STAGES, values, when, risky)
    for low, middle, high in found.curves["up"]:
        assert low == 0
        assert middle == high > 1


def turning(n):
    values, when, luck = students(n)
    risky = (luck < chance(np.interp(values["up"], UP.knots, (0, 2, 1)))).astype(float)
    return values, when, risky


def at_moments(by_stage, when):
    late = np.interp(when, STAGES, (0, 1))
    return (1 - late) * by_stage[0] + late * by_stage[1]


def objective(found, values, when, risky):
    """Return what a fit makes least: how unlikely it takes the data to be, and its penalties."""
    logits, base, penalty = at_moments(found.base, when), found.base.copy(), 0.0
    for name, part in PARTS.items():
        curve = found.curves[name]
        lines = [np.interp(values[name], part.knots, line) for line in curve]
        logits += at_moments(lines, when)
        base += curve[:, 0 if part.rising else -1]  # of those in whom the part sees no risk
        steps = np.diff(curve, axis=1)
        penalty += RIDGE * (steps**2).sum() + SMOOTH * (np.diff(steps, axis=0) ** 2).sum()
    penalty += SMOOTH * (np.diff(base) ** 2).sum()
    return (np.logaddexp(0, logits) - risky * logits).sum() + penalty / 2


def neighbours(found, by):
    """Yield each weight moved up and down, where its curve then still goes the way it must."""
    for stage, step in itertools.product((0, 1), (by, -by)):
        base = found.base.copy()
        base[stage] += step
        yield found._replace(base=base)
        for name, part in PARTS.items():
            for after in range(1, len(part.knots)):
                curve = found.curves[name].copy()
                curve[stage, after:] += step
                curve[stage] -= curve[stage, part.knots.index(part.zero)]
                if (np.diff(curve[stage]) * (1 if part.rising else -1) >= 0).all():
                    yield found._replace(curves={**found.curves, name: curve})


def test_the_fit_is_where_no_small_step_of_any_weight_improves_it():
    data = turning(3000)
    found = fit(PARTS, STAGES, *data)
    least = objective(found, *data)
    beside = [objective(one, *data) for one in neighbours(found, 1e-4)]
    assert 12 <= len(beside) < 20  # ten weights; one that is held at 0 goes one way only
    assert min(beside) > least


def test_the_fit_is_the_same_in_whatever_order_the_rows_come():
    values, when, risky = turning(3000)
    once = fit(PARTS, STAGES, values, when, risky)
    turned = {name: value[::-1] for name, value in values.items()}
    again = fit(PARTS, STAGES, turned, when[::-1], risky[::-1])
    assert np.allclose(once.base, again.base, atol=1e-9)
    for name, curve in once.curves.items():
        assert np.allclose(curve, again.curves[name], atol=1e-9)


def test_the_points_in_use_print_the_module_that_holds_them():
    base = (np.array(score_points.BASE) - 5000) / 1000
    curves = {name: np.array(part.rows) / 1000 for name, part in score_points.PARTS.items()}
    shipped = Fitted(base, curves)
    assert difference(shipped) == 0
    assert module(shipped) == inspect.getsource(score_points)
    other = Fitted(base, {**curves, "open": curves["open"] * 2})
    assert difference(other) == max(abs(p) for row in score_points.PARTS["open"].rows for p in row)
    assert "(1156, 1156, 0, -534, -1072)" in module(other)


def test_real_students_are_fitted_through_the_code_of_production():
    rows = seen(EXAMPLE, "AAA-2013J")
    assert len(rows) > 3000
    assert {frozenset(row.values) for row in rows} == {frozenset(score_points.PARTS)}
    found = fitted(rows)
    assert found.curves["missing"][0, -1] > 0
    for name, curve in found.curves.items():
        steps = np.diff(curve, axis=1)
        rises = score_points.PARTS[name].rows[0][-1] >= score_points.PARTS[name].rows[0][0]
        assert (steps >= 0).all() if rises else (steps <= 0).all()
