"""A copy of the project whose newest migration fails, and with it the deployment from it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from local.deployment.surroundings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

MIGRATION = "9999_fails.sql"
_MIGRATIONS = "runtime/chalicelib/adapters/postgres/migrations"
_PACKAGES = "deployments"  # Chalice's: shared, so that the copy needs nothing from the network


def broken_copy(folder: Path) -> Path:
    """Copy what `cdk deploy` needs below `folder`; return the copy of infrastructure/."""
    ignored = shutil.ignore_patterns("__pycache__", _PACKAGES)
    for name in ("infrastructure", "runtime"):
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    (folder / ".venv").symlink_to(PROJECT / ".venv")
    packages = PROJECT / "runtime" / ".chalice" / _PACKAGES
    if packages.exists():
        (folder / "runtime" / ".chalice" / _PACKAGES).symlink_to(packages)
    (folder / _MIGRATIONS / MIGRATION).write_text("ALTER TABLE there_is_none ADD COLUMN x int;\n")
    return folder / "infrastructure"
