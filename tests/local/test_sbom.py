"""The bill of materials has what is deployed, to the version and the hash, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from local.lock import LOCKS
from local.paths import PROJECT
from local.sbom import write

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
LOCKED = [PROJECT / f"{name}.txt" for name in LOCKS]


def pins(text):
    return {(name.lower(), version) for name, version in PIN.findall(text)}


def test_what_runs_in_lambda_is_in_it_with_its_hashes(tmp_path):
    bill = json.loads(write("package", tmp_path).read_text())
    lock = (PROJECT / "runtime/requirements.txt").read_text()

    found = {(one["name"].lower(), one["version"]) for one in bill["components"]}
    assert found == pins(lock)
    assert ("msgspec", "0.22.0") in found
    assert bill["metadata"]["component"]["name"] == "student-performance-monitor"
    for one in bill["components"]:
        assert one["purl"] == f"pkg:pypi/{one['name'].lower()}@{one['version']}"
    told = set(re.findall(r'"content": ?"([0-9a-f]{64})"', json.dumps(bill)))
    assert told == set(re.findall("sha256:([0-9a-f]{64})", lock))


def test_what_is_installed_here_is_in_it_with_licences(tmp_path):
    bill = json.loads(write("development", tmp_path).read_text())

    by_name = {one["name"]: one for one in bill["components"]}
    assert by_name["pytest"]["licenses"]
    assert any(one.get("dependsOn") for one in bill["dependencies"])


@pytest.mark.parametrize("file", LOCKED, ids=lambda file: file.name)
def test_every_package_is_pinned_with_hashes(file):
    entries = re.split(r"\n(?=\S)", file.read_text())
    packages = [one for one in entries if not one.startswith("#") and one.strip()]

    assert packages
    assert all("==" in one and "--hash=sha256:" in one for one in packages)
    assert "://" not in file.read_text()


@pytest.mark.parametrize("file", LOCKED, ids=lambda file: file.name)
def test_what_is_wanted_is_what_is_locked(file):
    wanted = file.with_suffix(".in").read_text()
    named = {(re.sub(r"\[.*\]", "", name), v) for name, v in pins(re.sub(r"\[\w+\]", "", wanted))}

    assert named
    assert named <= pins(file.read_text())
