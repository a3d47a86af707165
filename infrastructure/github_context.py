"""Reads the context of the GitHub roles, and says everything that is wrong with it at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from infrastructure.context import ContextError

_NAME = r"[A-Za-z0-9._-]+"
_ENVIRONMENT = r"[a-z][a-z0-9-]{0,15}(=\d{12})?"
_TAG = r"[\w .:/=+@-]{1,256}"
_DEFAULTS = {
    "githubEnvironments": "dev,staging,prod",
    "githubProvider": "new",
    "costCenter": "unassigned",
    "project": "student-performance-monitor",
}
RULES: dict[str, tuple[str, str]] = {
    # With numbers where GitHub's subject has them, which is so for every repository made since
    # July 2026: https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
    "githubRepository": (
        rf"{_NAME}/{_NAME}|{_NAME}@\d+/{_NAME}@\d+",
        "owner/name or owner@number/name@number, as in GitHub's subject claim",
    ),
    "githubEnvironments": (
        rf"{_ENVIRONMENT}(,{_ENVIRONMENT})*",
        "environments by comma, each with =account where it is in another account",
    ),
    "githubProvider": ("new|existing", "new or existing"),
    "costCenter": (_TAG, "letters, digits and _.:/=+-@, 256 at most"),
    "project": (_TAG, "letters, digits and _.:/=+-@, 256 at most"),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Who may deploy what where."""

    repository: str
    accounts: dict[str, str | None]  # by environment; None is the account of the stack
    makes_provider: bool
    cost_center: str
    project: str


def pipeline_from(context: Mapping[str, Any]) -> Pipeline:
    """Return the pipeline that the context describes. Raises ContextError."""
    given = _DEFAULTS | {
        name: str(value).strip() for name, value in context.items() if name in RULES and value
    }
    wrong = [
        f"{name} is {given[name]!r}; {wanted}" if name in given else f"{name} is missing; {wanted}"
        for name, (pattern, wanted) in RULES.items()
        if not re.fullmatch(pattern, given.get(name, ""))
    ]
    if wrong:
        raise ContextError("The context is wrong:\n" + "\n".join(f"  {line}" for line in wrong))
    return Pipeline(
        repository=given["githubRepository"],
        accounts=_accounts(given["githubEnvironments"]),
        makes_provider=given["githubProvider"] == "new",
        cost_center=given["costCenter"],
        project=given["project"],
    )


def _accounts(listed: str) -> dict[str, str | None]:
    entries = (entry.partition("=") for entry in listed.split(","))
    return {environment: account or None for environment, _, account in entries}
