"""Puts a template as the CDK wrote it through every gate."""

from infrastructure.gates.expansion import Template, expand
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules import house_rules
from infrastructure.gates.lint import lint
from infrastructure.gates.nag import nag


def findings(template: Template, *, region: str) -> list[Finding]:
    """Return what every gate has against what the template is deployed as."""
    deployed = expand(template, region=region)
    return [*nag(deployed), *lint(deployed, region=region), *house_rules(deployed)]
