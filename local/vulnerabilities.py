"""What is known against the packages that are installed here: `python -m local.vulnerabilities`.

pip-audit and npm ask services on the network. Where none answers, nothing has been checked, and the
outcome is NOT_RUN, not success; with AUDIT=required, as in the workflows, that is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.paths import PROJECT

PASSED, FAILED, NOT_RUN = 0, 1, 77  # 77: as a skipped test of automake
BIN = Path(sys.executable).parent
DEPLOYS = {"aws-cdk"}  # with an account's credentials; what else npm brings, tests alone run
Judged = tuple[int, list[str]]


def judged(report: dict[str, Any]) -> Judged:
    """Return the outcome of pip-audit's report, and what there is to say of it."""
    packages = report["dependencies"]
    known = [f"{p['name']} {p['version']}: {v['id']}" for p in packages for v in p.get("vulns", [])]
    unknown = [p["name"] for p in packages if "skip_reason" in p]
    if len(unknown) == len(packages):
        return NOT_RUN, ["no vulnerability service answers from here: nothing was checked"]
    said = [*known, *(f"{name}: could not be checked" for name in unknown)]
    return (FAILED if said else PASSED), said


def judged_npm(report: dict[str, Any]) -> Judged:
    """Return the same of npm's report, which has no vulnerabilities when nobody could be asked."""
    if "vulnerabilities" not in report:
        return NOT_RUN, [f"npm: {report.get('message', 'no report')}"]
    known = report["vulnerabilities"]
    said = [
        f"npm {name}: {one.get('severity', 'known')}{'' if name in DEPLOYS else ', in tests alone'}"
        for name, one in sorted(known.items())
    ]
    return (FAILED if DEPLOYS & known.keys() else PASSED), said


def together(all_judged: Sequence[Judged]) -> Judged:
    """Return the worst outcome, and everything that was said."""
    outcomes = {outcome for outcome, _ in all_judged}
    worst = next(one for one in (FAILED, NOT_RUN, PASSED) if one in outcomes)
    return worst, [line for _, said in all_judged for line in said]


def _python(*which: str) -> Judged:
    asked = [str(BIN / "pip-audit"), *which, "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    try:
        return judged(json.loads(done.stdout))
    except ValueError:  # it gives no report when the service cannot be connected to
        return NOT_RUN, done.stderr.strip().splitlines()[-1:]


def _emulators() -> Judged:
    """Judge the environment of the AWS emulator, which has a botocore of its own."""
    places = sorted((PROJECT / ".venv-emulator").glob("lib/python*/site-packages"))
    if not places:
        return NOT_RUN, ["there is no .venv-emulator"]
    return _python(*(part for place in places for part in ("--path", str(place))))


def _npm() -> Judged:
    found = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(
            ["npm", "audit", "--json"],  # whichever `make setup` has used
            capture_output=True,
            text=True,
            check=False,
            cwd=PROJECT,
            env=found,
        )
        return judged_npm(json.loads(done.stdout))
    except (OSError, ValueError):
        return NOT_RUN, ["npm gave no report"]


def main() -> int:
    """Print what is known; return the outcome."""
    outcome, said = together([_python("--local"), _emulators(), _npm()])
    print("\n".join(said))
    return FAILED if outcome == NOT_RUN and os.environ.get("AUDIT") == "required" else outcome


if __name__ == "__main__":
    sys.exit(main())
