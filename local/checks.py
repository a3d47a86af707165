"""Everything that CI runs, in order, with the time each took; `make test` calls this."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from local.paths import PROJECT
from local.vulnerabilities import NOT_RUN

BIN = Path(sys.executable).parent
# Asserts, random data, subprocesses, SQL: what ruff lets these folders do (pyproject.toml).
STARTS_AND_SIMULATES = "B101,B311,B404,B603,B607,B608"
OUTCOMES = {0: "passed", NOT_RUN: "NOT RUN (see above)"}
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", "--no-cache", ".")),
    ("types", ("mypy",)),
    ("layers", ("lint-imports",)),
    ("bandit", ("bandit", "-q", "-r", "runtime", "infrastructure")),
    ("bandit", ("bandit", "-q", "-r", "local", "bench", "-s", STARTS_AND_SIMULATES)),
    ("secrets", ("python", "-m", "local.secret_scan")),
    ("audit", ("python", "-m", "local.vulnerabilities")),
    ("tests", ("pytest", "-n", "2", "--dist", "loadfile", "-m", "not long", "-q")),
)


def main() -> int:
    """Run every check, whatever the ones before came to; return 0 when none failed."""
    environment = {**os.environ, "PYTHONPATH": f"{PROJECT / 'runtime'}{os.pathsep}{PROJECT}"}
    took: list[tuple[str, float, int]] = []
    for name, (program, *arguments) in CHECKS:
        print(f"--- {name}", flush=True)
        began = time.monotonic()
        done = subprocess.run(
            [str(BIN / program), *arguments], cwd=PROJECT, env=environment, check=False
        )
        took.append((name, time.monotonic() - began, done.returncode))
    print("---")
    for name, seconds, status in took:
        print(f"{name:8} {seconds:6.1f} s  {OUTCOMES.get(status, 'FAILED')}")
    return int(any(status not in OUTCOMES for _, _, status in took))


if __name__ == "__main__":
    sys.exit(main())
