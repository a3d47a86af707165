"""The plots of a backtest, as PNG."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # after it was told that there is no screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local.backtest.rows import Row

WEEKS = (4, 8, 16, 20)
COLOURS = ("#9ecae1", "#4292c6", "#08519c", "#081d4a")  # the later, the darker
FEWEST = 20  # students that a point stands for


def draw(into: Path, found: Mapping[str, Sequence[Row]]) -> list[Path]:
    """Draw calibration, precision by share flagged and lead time; return what was written."""
    drawn = []
    pool = str(found["score"][0]["courses"]) if found["score"] else ""
    for name, plot in (("calibration", _calibration), ("share", _share), ("lead", _lead)):
        rows = [row for row in found[name] if row["courses"] == pool]
        if not rows:
            continue
        figure, axes = pyplot.subplots(figsize=(6.8, 4.4), layout="constrained")
        axes.spines[["top", "right"]].set_visible(False)
        plot(axes, rows, pool)
        drawn.append(into / f"{name}.png")
        # Without the library's version in the file, the same run gives the same bytes.
        figure.savefig(drawn[-1], dpi=110, metadata={"Software": None})
        pyplot.close(figure)
    return drawn


def _weeks(rows: Sequence[Row]) -> list[tuple[int, int, str]]:
    """Return the weeks to draw, each with its place and colour."""
    there = {int(row["week"] or 0) for row in rows}
    shown = sorted(there & set(WEEKS)) or sorted(there)[:4]
    return [
        (place, week, colour)
        for place, (week, colour) in enumerate(zip(shown, COLOURS[-len(shown) :], strict=True))
    ]


def _named(pool: str) -> str:
    return f"course runs that the score was {pool}"


def _calibration(axes: Any, rows: Sequence[Row], pool: str) -> None:
    enough = [row for row in rows if int(row["students"] or 0) >= FEWEST]
    for place, week, colour in _weeks(rows):
        points = [
            (float(r["from"] or 0) + 4 + place, r["at_risk"], r["at_risk_low"], r["at_risk_high"])
            for r in enough
            if r["week"] == week
        ]
        if not points:
            continue
        x, y, low, high = (list(map(float, part)) for part in zip(*points, strict=True))
        bars = [
            [a - b for a, b in zip(y, low, strict=True)],
            [b - a for a, b in zip(y, high, strict=True)],
        ]
        axes.errorbar(
            x, y, yerr=bars, color=colour, marker="o", markersize=5, capsize=2, label=f"week {week}"
        )
    odds = [1 / (1 + math.exp((50 - score) / 10)) for score in range(101)]
    axes.plot(
        range(101), odds, color="#888888", linestyle="--", zorder=0, label="as if a probability"
    )
    axes.set(xlabel="score, by tens", ylabel="share that failed or left")
    axes.set(xlim=(0, 100), ylim=(0, 1.02), xticks=range(0, 101, 10))
    axes.set_title(f"What became of students, by score\n{_named(pool)}", fontsize=11)
    axes.legend(title=f"95 % intervals; {FEWEST} students or more", frameon=False, loc="upper left")


def _share(axes: Any, rows: Sequence[Row], pool: str) -> None:
    for _, week, colour in _weeks(rows):
        there = [row for row in rows if row["week"] == week]
        usual = float(there[0]["at_risk_share"] or 0)
        axes.plot(
            [100 * float(r["share"] or 0) for r in there],
            [r["precision"] for r in there],
            color=colour,
            marker="o",
            markersize=5,
            label=f"week {week} (of all, {usual:.0%} failed or left)",
        )
        axes.axhline(usual, color=colour, linestyle=":", linewidth=1)
    axes.set(xlabel="per cent of the students flagged, highest scores first")
    axes.set(ylabel="precision: share of them that failed or left", ylim=(0, 1.02))
    axes.set_title(f"Precision by how many are flagged\n{_named(pool)}", fontsize=11)
    axes.legend(frameon=False, loc="lower left")


def _lead(axes: Any, rows: Sequence[Row], pool: str) -> None:
    shown = sorted(rows, key=lambda row: float(row["share_warned"] or 0))
    names = [_warned(row) for row in shown]
    axes.barh(names, [row["share_warned"] for row in shown], color="#b8cfe5", label="at all")
    axes.barh(
        names,
        [row["at_least_14_days"] for row in shown],
        color="#2f6ca3",
        height=0.5,
        label="14 days or more before",
    )
    axes.plot(
        [row["passed_alerted"] for row in shown],
        names,
        color="#c44e28",
        linestyle="",
        marker="|",
        markersize=16,
        markeredgewidth=2.5,
        label="of those who passed, at any time",
    )
    axes.set(xlim=(0, 1.0), xlabel=f"share of the {shown[0]['left']:,} who left")
    axes.set_title(
        f"Alerted on before they left, and the median warning\n{_named(pool)}", fontsize=11
    )
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.4, -0.13), ncols=3, fontsize=9)


def _warned(row: Row) -> str:
    """Return the name of a rule, with the median warning where enough were warned."""
    name = str(row["rule"]).replace("_", " ")
    days = row["median_days"] if int(row["warned"] or 0) >= FEWEST else None
    return name if days is None else f"{name}, {days:.0f} days"
