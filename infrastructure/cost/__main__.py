"""`python -m infrastructure.cost` prints what each environment costs; docs/cost.md holds it."""

from __future__ import annotations

import sys

from infrastructure.cost.report import report

sys.stdout.write(report())
