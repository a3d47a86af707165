"""The points of the risk score: what each part adds, by its value and by how far a course is.

Hundredths of a point. Between the knots, and between the stages of a course, points are taken by
straight lines. Fitted on the course runs 2013B and 2013J of OULAD (marks, submissions and
registrations alone), each curve monotone; docs/accuracy.md tells how, and how well they do on runs
that they have not seen.
"""

from __future__ import annotations

from typing import NamedTuple


class Points(NamedTuple):
    """One part of the score: points at each knot (column) and stage (row)."""

    knots: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]


STAGES_BP = (1000, 2200, 4500, 7000)  # share of the course that is over
BASE = (4176, 4070, 3668, 3162)
PARTS = {
    "missing": Points(  # share of due work not handed in, weighted, basis points
        (0, 500, 1500, 3500, 6000, 10000),
        (
            (0, 0, 349, 919, 1736, 2247),
            (-24, 0, 424, 988, 2211, 3080),
            (0, 0, 623, 1825, 3493, 4487),
            (-186, 0, 641, 2246, 4046, 4942),
        ),
    ),
    "marks": Points(  # marks against the class's, thousandths of its spread
        (-2000, -1200, -600, 0, 600, 1200),
        (
            (2003, 1724, 977, 0, -755, -1161),
            (2061, 1582, 821, 0, -984, -1474),
            (2235, 1489, 774, 0, -1043, -1453),
            (2455, 1667, 879, 0, -1107, -1368),
        ),
    ),
    "fails": Points(  # share of marks below the pass mark, basis points
        (0, 2000, 5000, 8000),
        (
            (0, 484, 795, 880),
            (0, 495, 672, 785),
            (0, 709, 982, 1074),
            (0, 663, 1017, 1100),
        ),
    ),
    "trend": Points(  # latest mark against those before it, thousandths of the class's spread
        (-2000, -1000, 0, 1000),
        (
            (410, 410, 0, 0),
            (364, 276, 0, -64),
            (208, 184, 0, -277),
            (205, 205, 0, -185),
        ),
    ),
    "timing": Points(  # hand-ins against the class's, thousandths of its spread; later is more
        (-1000, -400, 0, 400, 1000),
        (
            (-556, -556, 0, 1034, 1217),
            (-443, -443, 0, 774, 883),
            (-427, -427, 0, 378, 406),
            (-431, -431, 0, 0, 3),
        ),
    ),
    "silence": Points(  # days longer without handing anything in than the median student
        (-10, 0, 7, 21, 42),
        (
            (-126, 0, 395, 829, 1425),
            (-157, 0, 144, 531, 1059),
            (0, 0, 115, 394, 844),
            (0, 0, 193, 493, 1172),
        ),
    ),
    "open": Points(  # work handed in before it is due against the class's, hundredths
        (-150, -75, 0, 75, 150),
        (
            (543, 543, 0, -279, -548),
            (632, 632, 0, -275, -446),
            (345, 345, 0, -478, -680),
            (373, 373, 0, -336, -515),
        ),
    ),
}
