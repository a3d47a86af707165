"""Owns the step from a SAM template to the CloudFormation that is really deployed from it."""

import copy
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

Template = dict[str, Any]
SAM = "AWS::Serverless-2016-10-31"


def expand(template: Template, *, region: str = "us-east-1") -> Template:
    """Return what CloudFormation's SAM transform makes of the template, without asking AWS.

    cdk-nag and cfn-lint see little of `AWS::Serverless::*`, and nothing of what the transform adds.
    """
    source = copy.deepcopy(template)
    if SAM not in _transforms(source):
        return source
    source["Transform"] = SAM
    # The session names the region for ARNs; no call is made through it.
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    expanded: Template = translator.translate(
        source, {}, passthrough_metadata=True, get_managed_policy_map=dict
    )
    return expanded


def _transforms(template: Template) -> list[str]:
    named = template.get("Transform", [])
    return [named] if isinstance(named, str) else list(named)
