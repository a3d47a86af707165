"""Every package with its version and hashes, for each platform and Python: `make lock`.

`requirements*.in` say what is wanted; `requirements*.txt` beside them, which pip and Chalice read,
say what that comes to. They name no registry: whichever is set up serves them, or is refused.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.paths import PROJECT

# The embedded PostgreSQL needs no Python 3.12, though it says so: see the Makefile.
LOCKS: dict[str, tuple[str, ...]] = {
    "runtime/requirements": ("--python-version=3.11",),
    "requirements": ("--python-version=3.11",),
    "requirements-emulator": ("--python-version=3.11",),
    "requirements-node": ("--python-version=3.11",),
    "requirements-postgres": ("--python-version=3.12", "--no-deps"),
}
ALWAYS = ("--universal", "--generate-hashes", "--no-annotate", "--quiet")
SAID = "--custom-compile-command=make lock"


def main() -> None:
    """Write the locks."""
    compile_ = [str(Path(sys.executable).parent / "uv"), "pip", "compile", *ALWAYS, SAID]
    for name, options in LOCKS.items():
        command = [*compile_, *options, f"{name}.in", "--output-file", f"{name}.txt"]
        subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
