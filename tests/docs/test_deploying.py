"""What docs/deploying.md says is what the code does."""

import re

import pytest

from infrastructure.context import ContextError, from_context
from infrastructure.environments import DEV, PROD, STAGING
from infrastructure.github_context import RULES
from local.paths import PROJECT

PAGE = (PROJECT / "docs" / "deploying.md").read_text()
WORKFLOWS = PROJECT / ".github" / "workflows"


def test_wrong_context_is_answered_as_the_page_shows():
    with pytest.raises(ContextError) as told:
        from_context({"environment": "production"})

    assert str(told.value) in PAGE


def test_every_value_of_the_roles_context_is_in_the_table():
    table = PAGE[PAGE.index("| value of the roles' context") :].split("\n\n")[0]

    assert set(re.findall(r"`(\w+)`", "\n".join(r.split("|")[1] for r in table.splitlines()))) == (
        set(RULES)
    )


def test_every_workflow_is_on_the_page():
    assert {path.name for path in WORKFLOWS.iterdir()} == set(re.findall(r"`([a-z-]+\.yml)`", PAGE))


def test_every_variable_of_the_workflows_is_on_the_page():
    asked = {
        v for path in WORKFLOWS.iterdir() for v in re.findall(r"vars\.(\w+)", path.read_text())
    }

    assert asked
    assert {name for name in asked if name not in PAGE} == set()


def test_the_reserved_concurrency_is_what_the_page_says():
    said = re.search(r"\(dev (\d+),\s+staging (\d+), prod (\d+)\)", PAGE)

    assert said
    assert [int(number) for number in said.groups()] == [
        environment.shards * environment.parallelization_factor
        for environment in (DEV, STAGING, PROD)
    ]
