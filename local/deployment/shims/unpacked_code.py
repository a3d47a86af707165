"""Makes a function's unpacked code run on this machine; runs in the function's own process.

The package is built for another processor (arm64), and Lambda brings boto3 along. So the binary
packages are swapped for this machine's, boto3 and what it needs are added, and everything else of
the project's environment is hidden: what the package lacks, the function lacks here as well. The
databases have certificates of an authority of their own, as those of RDS have: it joins the
bundles of authorities that the package brings.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import sysconfig
from pathlib import Path

PROVIDED = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
_ELF_MACHINE = slice(18, 20)


def prepare(code: Path, installed: Path) -> None:
    """Amend the folder `code`; what replaces or is added are links into `installed`."""
    ours = _machine(next(installed.rglob("*.so")))
    foreign = {
        found.relative_to(code).parts[0] for found in code.rglob("*.so") if _machine(found) != ours
    }
    for name in foreign:
        if (installed / name).exists():
            shutil.rmtree(code / name)
            (code / name).symlink_to(installed / name)
    for name in PROVIDED:
        if not (code / name).exists():
            (code / name).symlink_to(installed / name)


def trust(code: Path, home: Path) -> None:
    """Add the authorities of the databases below `home` to the bundles of the package."""
    authorities = b"".join(path.read_bytes() for path in sorted(home.glob("instances/*/ca.pem")))
    for bundle in code.glob("chalicelib/**/*.pem"):
        bundle.write_bytes(bundle.read_bytes() + b"\n" + authorities)


def hold(home: Path) -> None:
    """Lock a file for as long as this process lives: who ends the account waits for that."""
    (home / "functions").mkdir(exist_ok=True)
    # A number, unlike a file object, is closed by nobody before the end.
    lock = os.open(home / "functions" / str(os.getpid()), os.O_CREAT | os.O_WRONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)


def _machine(shared_object: Path) -> bytes:
    """Return the processor that a shared object is for, as its ELF header has it."""
    with shared_object.open("rb") as file:
        return file.read(20)[_ELF_MACHINE]


if __name__ == "__main__":
    site_packages = sysconfig.get_paths()["platlib"]
    prepare(Path.cwd(), Path(site_packages))
    sys.path[:] = [path for path in sys.path if "site-packages" not in path]
    home = Path(os.environ.pop("DEPLOYMENT_HOME"))
    trust(Path.cwd(), home)
    hold(home)
