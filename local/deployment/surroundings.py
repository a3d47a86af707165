"""Where the emulator's process finds the project; standard library only, for both Pythons."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = PROJECT / ".venv" / "bin" / "python"
HOME = "DEPLOYMENT_HOME"  # the variable that names the folder of this deployment's data
TEMPORARY = "DEPLOYMENT_TMPDIR"  # the caller's temporary folder; the emulator has its own
