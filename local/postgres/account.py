"""The account that the server runs under (root's servers: nobody), and folders it can reach."""

from __future__ import annotations

import hashlib
import os
import pwd
import tempfile
from pathlib import Path
from typing import Any


def reachable(folder: Path) -> Path:
    """Return the folder, or one in its stead that the server's user can reach.

    Where the project lies behind a folder that is closed to others (as /root is), what nobody has
    to read goes to the system's temporary folder, by a name that follows from the path.
    """
    if os.geteuid() != 0 or _open_to_others(folder):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"student-performance-monitor-{name}"


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, open to the server's user whatever the umask says."""
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
    # A name in the temporary folder can be foreseen: somebody else may have been there first.
    if folder.parent.stat().st_mode & 0o002 and folder.lstat().st_uid != os.geteuid():
        raise PermissionError(1, "it belongs to somebody else", str(folder))


def give(path: Path) -> None:
    """Make the server's user the owner."""
    if os.geteuid() == 0:
        os.chown(path, _user().pw_uid, _user().pw_gid)


def run_as() -> dict[str, Any]:
    """Return the arguments that make subprocess.run drop to the server's user."""
    if os.geteuid() != 0:
        return {}
    return {"user": _user().pw_uid, "group": _user().pw_gid, "extra_groups": []}


def _user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _open_to_others(folder: Path) -> bool:
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in existing)
