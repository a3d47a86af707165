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
BASE = (4184, 4070, 3680, 3133)
PARTS = {
    "missing": Points(  # share of due work not handed in, weighted, basis points
        (0, 500, 1500, 3500, 6000, 10000),
        (
            (0, 0, 322, 982, 1828, 2215),
            (-54, 0, 423, 1068, 2340, 3029),
            (0, 0, 620, 1880, 3552, 4440),
            (-151, 0, 674, 2319, 4124, 4959),
        ),
    ),
    "marks": Points(  # marks against the class's, thousandths of its spread
        (-2000, -1200, -600, 0, 600, 1200),
        (
            (2001, 1779, 1125, 0, -846, -1170),
            (2053, 1648, 926, 0, -1051, -1420),
            (2212, 1552, 816, 0, -1104, -1398),
            (2446, 1721, 905, 0, -1153, -1316),
        ),
    ),
    "fails": Points(  # share of marks below the pass mark, basis points
        (0, 2000, 5000, 8000),
        (
            (0, 499, 841, 927),
            (0, 511, 724, 842),
            (0, 718, 1014, 1111),
            (0, 670, 1041, 1128),
        ),
    ),
    "trend": Points(  # latest mark against those before it, thousandths of the class's spread
        (-2000, -1000, 0, 1000),
        (
            (407, 407, 0, 0),
            (374, 295, 0, -47),
            (176, 176, 0, -251),
            (205, 205, 0, -173),
        ),
    ),
    "timing": Points(  # hand-ins against the class's, thousandths of its spread; later is more
        (-1000, -400, 0, 400, 1000),
        (
            (-588, -588, 0, 983, 1186),
            (-459, -459, 0, 774, 897),
            (-436, -436, 0, 387, 414),
            (-437, -437, 0, 0, 4),
        ),
    ),
    "silence": Points(  # days longer without handing anything in than the median student
        (-10, 0, 7, 21, 42),
        (
            (-102, 0, 443, 848, 1458),
            (-164, 0, 205, 540, 1091),
            (0, 0, 155, 397, 843),
            (0, 0, 213, 510, 1205),
        ),
    ),
    "open": Points(  # work handed in before it is due against the class's, hundredths
        (-150, -75, 0, 75, 150),
        (
            (578, 578, 0, -267, -536),
            (637, 637, 0, -275, -440),
            (334, 334, 0, -487, -689),
            (369, 369, 0, -341, -515),
        ),
    ),
}
