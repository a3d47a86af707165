"""The workflows are sound, take no rights that they do not need, and promote one build."""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from aws_cdk import App, assertions

from infrastructure.github import build
from infrastructure.github_context import pipeline_from
from local.paths import PROJECT

FOLDER = PROJECT / ".github" / "workflows"
WORKFLOWS = {path.stem: path.read_text() for path in FOLDER.glob("*.yml")}
PINNED = re.compile(r"uses: (\./\S+|\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+)")
BIN = Path(sys.executable).parent
# There is no wheel of shellcheck for Linux on arm64; the runners of CI are not that.
SHELLCHECK = pytest.mark.skipif(
    (sys.platform, platform.machine()) == ("linux", "aarch64"), reason="no wheel of shellcheck"
)


def loaded(name):
    return yaml.safe_load(WORKFLOWS[name])


def jobs():
    return {(name, job): body for name in WORKFLOWS for job, body in loaded(name)["jobs"].items()}


def linted(project):
    return subprocess.run(
        [BIN / "jactionlint", "--strict-exit", "--no-color"],
        cwd=project,
        env={"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied(tmp_path):
    """Return a function that lints the workflows after one change."""
    shutil.copytree(PROJECT / ".github", tmp_path / ".github")
    (tmp_path / ".git").mkdir()

    def lint(name, old, new):
        workflow = tmp_path / ".github" / "workflows" / f"{name}.yml"
        assert old in workflow.read_text()
        workflow.write_text(workflow.read_text().replace(old, new))
        return linted(tmp_path)

    return lint


def test_the_linter_has_nothing_against_them():
    found = linted(PROJECT)

    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("checks", "@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6", "unpinned-uses"),
        ("checks", "permissions: {}", "", "excessive-permissions"),
        ("checks", "ubuntu-24.04", "ubuntu-24.40", "unknown-runner-label"),
        ("deploy", "          persist-credentials: false\n", "", "artipacked"),
        ("deploy", "needs: staging", "needs: stagign", "undefined-job-needs"),
        ("deploy", "vars.ADMIN_EMAIL", "var.ADMIN_EMAIL", "undefined"),
        pytest.param("deploy", '"$ADMIN_EMAIL"', "$ADMIN_EMAIL", "SC2086", marks=SHELLCHECK),
        ("deploy", "environment: prod", "enviroment: prod", "enviroment"),
        ("deploy-environment", '"$ASSEMBLY"', "${{ github.head_ref }}", "injection"),
    ],
)
def test_the_linter_rejects(copied, name, old, new, told):
    found = copied(name, old, new)

    assert found.returncode != 0
    assert told in found.stdout


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(name):
    lines = [line for line in WORKFLOWS[name].splitlines() if "uses:" in line]

    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


def test_one_action_has_one_version_everywhere():
    pins = {pin for text in WORKFLOWS.values() for pin in re.findall(r"(\S+)@([0-9a-f]{40})", text)}

    assert len({action for action, _ in pins}) == len(pins)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_rights_are_given_job_by_job_and_never_to_write_the_repository(name):
    workflow = loaded(name)

    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"].items() <= {"contents": "read", "id-token": "write"}.items()


def test_only_what_runs_in_an_environment_may_ask_aws_for_a_key():
    asking = {where for where, job in jobs().items() if "id-token" in job["permissions"]}

    assert asking == {
        ("deploy", "dev"),
        ("deploy", "staging"),
        ("deploy", "prod"),
        ("deploy-environment", "diff"),
        ("deploy-environment", "deploy"),
    }


def test_no_key_is_stored_anywhere():
    for text in WORKFLOWS.values():
        assert "secrets" not in text
        assert not re.search("access.key", text, re.IGNORECASE)


def test_changes_from_outside_are_only_checked():
    triggers = {name: loaded(name)[True] for name in WORKFLOWS}  # YAML reads `on` as true

    assert set(triggers["checks"]) == {"pull_request", "workflow_call"}
    assert triggers["deploy"] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    assert set(triggers["deploy-environment"]) == {"workflow_call"}
    assert ".ci/run" in WORKFLOWS["checks"]


def test_one_build_goes_from_dev_to_staging_to_prod():
    order = {name: job.get("needs") for name, job in loaded("deploy")["jobs"].items()}

    assert order == {
        "checks": None,
        "build": "checks",
        "dev": "build",
        "staging": "dev",
        "prod": "staging",
    }
    assert WORKFLOWS["deploy"].count("cdk synth") == 1
    assert "synth" not in WORKFLOWS["deploy-environment"]
    assert WORKFLOWS["deploy-environment"].count('--app "$ASSEMBLY"') == 2


def test_what_is_built_passes_the_gates_before_it_is_kept():
    steps = [str(step) for step in loaded("deploy")["jobs"]["build"]["steps"]]
    (gates,) = (n for n, step in enumerate(steps) if "infrastructure.gates" in step)
    (kept,) = (n for n, step in enumerate(steps) if "upload-artifact" in step)

    assert gates < kept


def test_the_difference_is_shown_before_anybody_can_approve():
    diff, deploy = (loaded("deploy-environment")["jobs"][job] for job in ("diff", "deploy"))

    assert diff["environment"] == "${{ inputs.environment }}-diff"
    assert deploy["environment"] == "${{ inputs.environment }}"
    assert deploy["needs"] == "diff"
    assert "GITHUB_STEP_SUMMARY" in str(diff["steps"])


def test_a_deployment_is_never_cut_off():
    assert loaded("deploy")["concurrency"] == {"group": "deploy", "cancel-in-progress": False}


def test_aws_knows_the_environments_that_the_jobs_run_in():
    stack = build(App(), pipeline_from({"githubRepository": "school/monitor"}))
    template = str(assertions.Template.from_stack(stack).to_json())

    deployed = [
        job["with"]["environment"] for job in loaded("deploy")["jobs"].values() if "with" in job
    ]
    assert deployed == ["dev", "staging", "prod"]
    for environment in deployed:
        assert f"environment:{environment}'" in template
        assert f"environment:{environment}-diff'" in template
