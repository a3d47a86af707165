"""What is known against the packages that are installed here: `python -m local.vulnerabilities`.

pip-audit asks a service on the network. Where none answers, nothing has been checked, and the
outcome is NOT_RUN, not success; with AUDIT=required, as in the workflows, that is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PASSED, FAILED, NOT_RUN = 0, 1, 77  # 77: as a skipped test of automake
BIN = Path(sys.executable).parent


def judged(report: dict[str, Any]) -> tuple[int, list[str]]:
    """Return the outcome of pip-audit's report, and what there is to say of it."""
    packages = report["dependencies"]
    known = [f"{p['name']} {p['version']}: {v['id']}" for p in packages for v in p.get("vulns", [])]
    unknown = [p["name"] for p in packages if "skip_reason" in p]
    if len(unknown) == len(packages):
        return NOT_RUN, ["no vulnerability service answers from here: nothing was checked"]
    said = [*known, *(f"{name}: could not be checked" for name in unknown)]
    return (FAILED if said else PASSED), said


def main() -> int:
    """Print what is known; return the outcome."""
    asked = [str(BIN / "pip-audit"), "--local", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    try:
        outcome, said = judged(json.loads(done.stdout))
    except ValueError:  # it gives no report when the service cannot be connected to
        outcome, said = NOT_RUN, done.stderr.strip().splitlines()[-1:]
    print("\n".join(said))
    return FAILED if outcome == NOT_RUN and os.environ.get("AUDIT") == "required" else outcome


if __name__ == "__main__":
    sys.exit(main())
