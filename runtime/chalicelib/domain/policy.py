"""The thresholds of the indicators, with their units and sources."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as needing help. Every `clear_` value ends an alert that the other one opened."""

    name: str
    # Low marks: below the pass mark (Ed-Fi Analytics Middle Tier; Starfish).
    low_mark_bp: int
    early_warning_bp: int
    clear_mark_margin_bp: int = 200
    # Chronic absence (Attendance Works): at or below 90 % of sessions; 80 % is severe.
    absence_min_sessions: int = 20
    absence_rate_bp: int = 9000
    severe_absence_rate_bp: int = 8000
    clear_absence_margin_bp: int = 100
    # Missing work: 30 % of the submissions of OULAD are late, 3.5 % by more than seven days; what
    # most of a class has not handed in is the course's problem (class gate).
    grace_days: int = 7
    class_gate_bp: int = 5000
    several_missing: int = 2


HIGHER_EDUCATION = Policy(name="higher_education", low_mark_bp=4000, early_warning_bp=4000)
K12 = Policy(name="k12", low_mark_bp=6500, early_warning_bp=7200, grace_days=3)
PRESETS = {policy.name: policy for policy in (HIGHER_EDUCATION, K12)}
