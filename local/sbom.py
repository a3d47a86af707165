"""What a deployment and its making consist of, as CycloneDX 1.6: `make sbom`.

`package.cdx.json` has what runs in Lambda, with the hashes that are checked when it is packaged;
`development.cdx.json` has all that is installed here, with licences and who needs whom.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.paths import PROJECT

FOLDER = PROJECT / "sbom"
OF_WHAT: dict[str, tuple[str, ...]] = {
    "package": ("requirements", "runtime/requirements.txt"),
    "development": ("environment", sys.executable),
}
AS = ("--pyproject=pyproject.toml", "--spec-version=1.6", "--output-reproducible", "--validate")


def write(name: str, folder: Path = FOLDER) -> Path:
    """Write one bill of materials, the same for the same packages; return where it is."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.cdx.json"
    program = str(Path(sys.executable).parent / "cyclonedx-py")
    command = [program, *OF_WHAT[name], *AS, f"--output-file={file}"]
    subprocess.run(command, cwd=PROJECT, check=True, stderr=subprocess.DEVNULL)
    return file


def main() -> None:
    """Write both, and say where."""
    for name in OF_WHAT:
        print(write(name))


if __name__ == "__main__":
    main()
