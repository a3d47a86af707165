"""Runs cdk-nag (AwsSolutions and NIST 800-53 rev 5) over an expanded template."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
from aws_cdk.cloudformation_include import CfnInclude

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding

# Otherwise synth prints every finding, those that are acknowledged too, and raises at the end.
_WRITE_ONLY = {"@aws-cdk/core:failSynthOnValidationErrors": False}

# What another stack would give: a key or a vault, and where a key is wanted its form is looked at.
OF_ANOTHER_STACK = "arn:aws:kms:us-west-2:111122223333:key/00000000-0000-0000-0000-000000000000"


def nag(template: Template) -> list[Finding]:
    """Return every finding of both packs; the resources of the template are given by logical id.

    The template is loaded into a stack of its own, since the packs look at constructs, do not see
    property overrides, and find nothing in `AWS::Serverless::*`.
    """
    with tempfile.TemporaryDirectory() as folder:
        return sorted(set(_findings(_report(template, Path(folder)))))


def _report(template: Template, folder: Path) -> dict[str, Any]:
    source, assembly = folder / "template.json", folder / "cdk.out"
    source.write_text(json.dumps(_without_other_stacks(template)))
    app = cdk.App(outdir=str(assembly), analytics_reporting=False, context=_WRITE_ONLY)
    stack = cdk.Stack(app, "Gate", synthesizer=cdk.LegacyStackSynthesizer())
    CfnInclude(stack, "Template", template_file=str(source))
    packs = cdk_nag.AwsSolutionsChecks(app), cdk_nag.NIST80053R5Checks(app)
    cdk.Validations.of(app).add_plugins(*packs)
    app.synth()
    report: dict[str, Any] = json.loads((assembly / "validation-report.json").read_text())
    return report


def _without_other_stacks(part: Any) -> Any:
    """Return the template with an ARN in place of each output of another stack.

    CfnInclude does not know `Fn::GetStackOutput`; no rule looks at what is behind one.
    """
    if isinstance(part, dict):
        if set(part) == {"Fn::GetStackOutput"}:
            return OF_ANOTHER_STACK
        return {name: _without_other_stacks(value) for name, value in part.items()}
    return [_without_other_stacks(value) for value in part] if isinstance(part, list) else part


def _findings(report: dict[str, Any]) -> Iterator[Finding]:
    for pack in report["pluginReports"]:
        for violation in pack["violations"]:
            message = violation["description"].split(" - (Control ID")[0]
            for construct in violation["violatingConstructs"]:
                resource = construct["constructPath"].removeprefix("Gate/Template/")
                yield Finding(rule=violation["ruleName"], resource=resource, message=message)
