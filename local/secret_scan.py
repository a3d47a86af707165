"""No secret stands in any file that git keeps: `python -m local.secret_scan`, for `make check`.

There is no baseline of what was once found: a line that only looks like a secret says so, by
`pragma: allowlist secret`, or by the reason that ruff asks for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from local.paths import PROJECT

BIN = Path(sys.executable).parent
REVIEWED = (
    r"noqa: S10[56]",  # a password in the eyes of ruff as well, with its reason beside it
    r"--hash=sha256:",  # of a package
    r"`aws secretsmanager [a-z-]+`|MasterUserSecret\.SecretStatus",  # of the runbook
    r'^ +"(Amazon|Starfield) [^"]+": "[0-9a-f]{32}",$',  # half of a certificate's fingerprint
)


def findings(project: Path, *files: str) -> list[str]:
    """Return `file:line: what it looks like` of each finding in these files, or in all of git's."""
    excluded = [f"--exclude-lines={line}" for line in REVIEWED]
    done = subprocess.run(
        [str(BIN / "detect-secrets"), "scan", *excluded, *files],
        cwd=project,
        capture_output=True,
        check=True,
    )
    return [
        f"{file}:{found['line_number']}: {found['type']}"
        for file, all_found in json.loads(done.stdout)["results"].items()
        for found in all_found
    ]


def main() -> int:
    """Print what looks like a secret; return 1 if anything does."""
    found = findings(PROJECT)
    for line in found:
        print(line)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
