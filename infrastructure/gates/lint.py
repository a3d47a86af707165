"""Runs cfn-lint over an expanded template, for the region that it is deployed to."""

import json

from cfnlint.api import lint as cfn_lint
from cfnlint.config import ManualArgs
from cfnlint.rules import Match

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding


def lint(template: Template, *, region: str = "us-east-1") -> list[Finding]:
    """Return every error, warning and piece of advice that cfn-lint has."""
    settings = ManualArgs(regions=[region], include_checks=["I"])
    matches = cfn_lint(json.dumps(template), regions=[region], config=settings)
    return sorted({_finding(match) for match in matches})


def _finding(match: Match) -> Finding:
    path = [str(step) for step in match.path or ()]
    resource = path[1] if len(path) > 1 and path[0] == "Resources" else ""
    return Finding(rule=match.rule.id, resource=resource, message=match.message)
