"""What each figure has to reach, and what it aims at."""

from __future__ import annotations

from typing import NamedTuple


class Goal(NamedTuple):
    """A bound: figures are at least this, or, where `at_most`, at most."""

    must: float
    aim: float
    at_most: bool = False

    def verdict(self, value: float) -> str:
        """Return how a figure compares."""
        if self._holds(value, self.aim):
            return "aim"
        return "must" if self._holds(value, self.must) else "below"

    def _holds(self, value: float, bound: float) -> bool:
        return value <= bound if self.at_most else value >= bound


GOALS = {
    "consumer_vs_copy_bursty": Goal(0.35, 0.50),
    "consumer_vs_copy_uniform": Goal(0.28, 0.40),
    "consumer_vs_tutorial": Goal(5, 10),
    "consumer_vs_tutorial_bursty": Goal(5, 10),
    "consumer_vs_tutorial_1ms": Goal(20, 40),
    "consumer_vs_tutorial_1ms_bursty": Goal(20, 40),
    "history_ratio": Goal(0.9, 0.97),
    "read_p50_ratio": Goal(8, 4, at_most=True),
    "read_p99_ratio": Goal(8, 4, at_most=True),
    "read_with_ledger_ratio": Goal(3, 2, at_most=True),
    "client_cpu_share": Goal(0.35, 0.25, at_most=True),
    "wire_ratio.50": Goal(0.35, 0.26, at_most=True),
    "wire_ratio.100": Goal(0.30, 0.23, at_most=True),
    "wire_ratio.500": Goal(0.25, 0.21, at_most=True),
    "evaluate_us_per_standing": Goal(20, 20, at_most=True),
    "sweep_s": Goal(60, 30, at_most=True),
    "sweep_week_later_s": Goal(60, 30, at_most=True),
    "end_to_end.p50_s": Goal(1.0, 0.3, at_most=True),
    "soak.events_per_s": Goal(9_900, 9_900),
    "soak.writer_core_share": Goal(0.5, 0.5, at_most=True),
}
