"""The deployment package: which processor it is for, and whether it has what it needs."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chalice.cdk import Chalice

if TYPE_CHECKING:
    from constructs import Construct

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"
_KEPT = RUNTIME / ".chalice" / "deployments"  # Chalice's own: what it packaged before
_PACKAGES_KEPT = 4
BINARIES = (
    "_cffi_backend.",
    "cryptography/hazmat/bindings/_rust.",
    "msgspec/_core.",
    "psycopg2/_psycopg.",
)
# Python 3.11 runs on Amazon Linux 2 (glibc 2.26), and psycopg2-binary's wheels for arm64 need 2.28;
# from 3.12 on it is Amazon Linux 2023 (2.34).
_ARM64_FROM = (3, 12)
_ELF_MACHINE = slice(18, 20)
_MACHINES = {b"\xb7\x00": "arm64", b"\x3e\x00": "x86_64"}


class PackageError(Exception):
    """The package would not run in Lambda; the message says what it lacks."""


def architecture(python: tuple[int, int] = sys.version_info[:2]) -> str:
    """Return the processor for the Python that packages, which is the one that Lambda will run."""
    return "arm64" if python >= _ARM64_FROM else "x86_64"


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Work in a folder of our own with a copy of the runtime, one packaging at a time.

    Chalice leaves chalice.out in the present folder, packs what Python compiled (so that no two
    packages were the same), and would use the half-written package of another process. It makes a
    client of AWS, though it asks it nothing: without a region that fails.
    """
    _KEPT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="chalice-") as folder,
        (_KEPT / "lock").open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        _forget_old_packages()
        _copy_runtime(Path(folder) / RUNTIME.name)
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        with contextlib.chdir(folder):
            yield Path(folder)


def _copy_runtime(to: Path) -> None:
    """Copy the sources; what was packaged before is shared with the original."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", _KEPT.name)
    shutil.copytree(RUNTIME, to, ignore=ignored)
    (to / ".chalice" / _KEPT.name).symlink_to(_KEPT)
    # Chalice imports the app from the copy, unless it is there: the copy does not last.
    if str(RUNTIME) not in sys.path:
        sys.path.insert(0, str(RUNTIME))
    importlib.import_module("app")


def _forget_old_packages() -> None:
    """Keep the few that the present code may still need; each is of one state of the sources."""
    packages = sorted(_KEPT.glob("*.zip"), key=lambda path: path.stat().st_mtime)
    for path in packages[:-_PACKAGES_KEPT]:
        path.unlink()


def check(package: Path, *, wanted: str) -> None:
    """Raise PackageError unless every binary is there, and for the wanted processor.

    Chalice says of a dependency without a usable wheel that it is missing, and goes on.
    """
    with zipfile.ZipFile(package) as opened:
        shared = [name for name in opened.namelist() if ".so" in Path(name).suffixes]
        for prefix in BINARIES:
            if not any(name.startswith(prefix) for name in shared):
                raise PackageError(f"The package has no {prefix}*: was there no usable wheel?")
        for name in shared:
            with opened.open(name) as file:
                found = _MACHINES.get(file.read(20)[_ELF_MACHINE], "another processor")
            if found != wanted:
                raise PackageError(f"{name} is for {found}; {wanted} is wanted")


def packaged(scope: Construct) -> Chalice:
    """Return Chalice's own construct, from a package that has what it needs."""
    wanted = architecture()
    with workplace() as folder:
        chalice = Chalice(
            scope,
            "Chalice",
            source_dir=str(folder / RUNTIME.name),
            stage_config={
                "lambda_architecture": wanted,
                "manage_iam_role": False,
                "iam_role_arn": "replaced by the role of each function",
                "api_gateway_endpoint_type": "REGIONAL",
                "xray": True,
            },
        )
        [package] = folder.glob("chalice.out/*/deployment.zip")
        check(package, wanted=wanted)
    return chalice
