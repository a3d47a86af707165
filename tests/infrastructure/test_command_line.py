"""`cdk synth` as a user types it: in infrastructure/, without a network and without credentials."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from local.paths import PROJECT
from tests.infrastructure.existing_network import ACCOUNT, LOOKED_UP, VPC_ID

if TYPE_CHECKING:
    from pathlib import Path

CDK = PROJECT / "node_modules" / ".bin" / "cdk"
NOBODY = "http://127.0.0.1:9"  # nothing answers there: who asks AWS anything fails
VARIANTS = {
    "dev": {"environmentSuffix": "dev"},
    "staging": {"environmentSuffix": "staging"},
    "prod": {"environmentSuffix": "prod"},
    "existing-vpc": {"environmentSuffix": "shared", "vpcId": VPC_ID, "account": ACCOUNT},
}


def clone(place: Path) -> Path:
    """Return a folder like infrastructure/, with what the command line looked up before in it."""
    (place / ".venv").symlink_to(PROJECT / ".venv")
    folder = place / "infrastructure"
    folder.mkdir()
    for each in (PROJECT / "infrastructure").iterdir():
        (folder / each.name).symlink_to(each)
    (folder / "cdk.context.json").write_text(json.dumps(LOOKED_UP))
    return folder


def synth(folder: Path, **context: str) -> subprocess.CompletedProcess[str]:
    """Run the pinned command line; wheels come from pip's cache or the index, as at any packing."""
    given = [word for name, value in context.items() for word in ("-c", f"{name}={value}")]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [CDK, "synth", "--quiet", "--no-notices", *given],
        cwd=folder,
        env={
            **ours,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": NOBODY,
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_environment_is_synthesized_offline_and_without_credentials(variant, tmp_path):
    done = synth(clone(tmp_path), adminEmail="operator@example.org", **VARIANTS[variant])

    assert done.returncode == 0, done.stderr
    suffix = VARIANTS[variant]["environmentSuffix"]
    template = json.loads((tmp_path / f"cdk.out/StudentMonitor-{suffix}.template.json").read_text())
    assert any(r["Type"] == "AWS::Kinesis::Stream" for r in template["Resources"].values())


def test_wrong_context_fails_in_words_and_leaves_no_template(tmp_path):
    done = synth(clone(tmp_path), environment="production")

    assert done.returncode
    assert "environment is 'production'; one of dev, staging, prod" in done.stderr
    assert "adminEmail is missing" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("cdk.out/*.template.json"))
