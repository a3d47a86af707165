"""Deployed functions run on this machine with what they bring, and with what Lambda brings."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from typing import TYPE_CHECKING

from local.deployment.instance import AUTHORITY
from local.deployment.shims import unpacked_code
from tests.local.deployment.stack import attribute

if TYPE_CHECKING:
    from pathlib import Path

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def test_a_function_has_what_it_brings_and_what_lambda_brings_and_nothing_else(account, stack):
    bucket, key = "code", "function.zip"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=_zipped({"app.py": _FUNCTION, "own.py": "x = 1"}))
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "probe",
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Role": attribute("Role", "Arn"),
            "Code": {"S3Bucket": bucket, "S3Key": key},
        },
    }
    stack.put({"Role": ROLE, "Function": function})

    answer = account.client("lambda").invoke(FunctionName="probe")
    found = json.loads(answer["Payload"].read())

    assert found["version"] == list(sys.version_info[:2])
    assert found["imported"] == {"own": True, "boto3": True, "rich": False, "chalicelib": False}
    assert found["settings"] == []


def test_packages_for_another_processor_are_swapped_for_this_machines(tmp_path):
    code, installed = tmp_path / "code", tmp_path / "installed"
    _package(code / "driver", machine=b"\xb7\x00")
    _package(code / "same", machine=b"\x3e\x00")
    _package(installed / "driver", machine=b"\x3e\x00")
    (code / "app.py").write_text("")

    unpacked_code.prepare(code, installed)

    assert (code / "driver").resolve() == installed / "driver"
    assert not (code / "same").is_symlink()


def test_the_authorities_of_the_databases_join_the_bundles_of_the_package(tmp_path):
    (tmp_path / "instances" / "monitor").mkdir(parents=True)
    (tmp_path / "instances" / "monitor" / AUTHORITY).write_text("ours")
    bundle = tmp_path / "code" / "chalicelib" / "adapters" / "rds.pem"
    bundle.parent.mkdir(parents=True)
    bundle.write_text("Amazon's")

    unpacked_code.trust(tmp_path / "code", tmp_path)

    assert bundle.read_text() == "Amazon's\nours"


_FUNCTION = """
import importlib.util, os, sys
def handler(event, context):
    names = ["own", "boto3", "rich", "chalicelib"]
    return {
        "version": list(sys.version_info[:2]),
        "imported": {name: importlib.util.find_spec(name) is not None for name in names},
        "settings": [name for name in os.environ if name.startswith("MONITOR_")],
    }
"""


def _package(folder: Path, *, machine: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "_binary.so").write_bytes(b"\x7fELF" + bytes(14) + machine)


def _zipped(files: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return archive.getvalue()
