"""Packaging imports the app on machines that have no AWS, no database and none of its variables."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local.paths import PROJECT

WATCHED = """
import sys
REACHING = ("socket.", "subprocess.", "os.system", "urllib.", "shutil.", "tempfile.")
def refuse(name, arguments):
    written = name == "open" and set(str(arguments[1])) & set("wax+")
    if written or (name.startswith(REACHING) and name != "socket.gethostname"):
        raise RuntimeError(f"{name} {arguments}")
sys.dont_write_bytecode = True
sys.addaudithook(refuse)
"""


def imported(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WATCHED + code],
        env={"PYTHONPATH": str(PROJECT / "runtime")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_importing_the_app_reaches_for_nothing_and_needs_no_variable():
    done = imported("import app; print('boto3' in sys.modules, 'psycopg2' in sys.modules)")

    assert done.stderr == ""
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 1))",
        "import subprocess; subprocess.run(['true'])",
        "open('/tmp/never', 'w')",
    ],
)
def test_reaching_for_something_would_be_noticed(code):
    assert "RuntimeError" in imported(code).stderr
