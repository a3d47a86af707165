"""The plots of a backtest, as PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # after it was told that there is no screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local.backtest.rows import Row

WEEKS = (4, 8, 16, 20)


def draw(into: Path, found: Mapping[str, Sequence[Row]]) -> list[Path]:
    """Draw calibration, precision by share flagged and lead time; return what was written."""
    drawn = []
    pool = found["score"][0]["courses"] if found["score"] else ""
    for name, plot in (("calibration", _calibration), ("share", _share), ("lead", _lead)):
        rows = [row for row in found[name] if row["courses"] == pool]
        if not rows:
            continue
        figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
        plot(axes, rows)
        drawn.append(into / f"{name}.png")
        # Without the library's version in the file, the same run gives the same bytes.
        figure.savefig(drawn[-1], dpi=110, metadata={"Software": None})
        pyplot.close(figure)
    return drawn


def _weeks(rows: Sequence[Row]) -> list[int]:
    there = {int(row["week"] or 0) for row in rows}
    return sorted(there & set(WEEKS)) or sorted(there)[:4]


def _calibration(axes: Any, rows: Sequence[Row]) -> None:
    for week in _weeks(rows):
        points = [
            (float(r["from"] or 0) + 5, r["at_risk"], r["at_risk_low"], r["at_risk_high"])
            for r in rows
            if r["week"] == week
        ]
        x, y, low, high = (list(map(float, part)) for part in zip(*points, strict=True))
        bars = [
            [a - b for a, b in zip(y, low, strict=True)],
            [b - a for a, b in zip(y, high, strict=True)],
        ]
        axes.errorbar(x, y, yerr=bars, marker="o", capsize=2, label=f"week {week}")
    axes.set(xlabel="score", ylabel="share that failed or left", xlim=(0, 100), ylim=(0, 1))
    axes.set_title("What became of students, by their score (95 % intervals)")
    axes.legend()


def _share(axes: Any, rows: Sequence[Row]) -> None:
    for week in _weeks(rows):
        there = [row for row in rows if row["week"] == week]
        axes.plot(
            [100 * float(r["share"] or 0) for r in there],
            [r["precision"] for r in there],
            marker="o",
            label=f"week {week}",
        )
    axes.set(xlabel="per cent of the class flagged, highest scores first", ylabel="precision")
    axes.set(ylim=(0, 1.02))
    axes.set_title("Precision by how many are flagged")
    axes.legend()


def _lead(axes: Any, rows: Sequence[Row]) -> None:
    shown = sorted(rows, key=lambda row: float(row["share_warned"] or 0))
    names = [str(row["rule"]).replace("_", " ") for row in shown]
    axes.barh(names, [row["share_warned"] for row in shown], color="#b8cfe5", label="at all")
    axes.barh(
        names,
        [row["at_least_14_days"] for row in shown],
        color="#2f6ca3",
        height=0.5,
        label="14 days or more before",
    )
    for place, row in enumerate(shown):
        days = row["median_days"]
        if days is not None:
            axes.text(float(row["share_warned"] or 0) + 0.01, place, f"{days:.0f} d", va="center")
    axes.set(xlim=(0, 1.1), xlabel="share of those who left; at the bar's end, the median warning")
    axes.set_title("Who was warned of before leaving")
    axes.legend(loc="lower right")
