"""What is in a deployed template, found by type, by handler and by reference; a role's rights."""

from __future__ import annotations

from typing import Any

Resources = dict[str, dict[str, Any]]


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    found = {n: r["Properties"] for n, r in resources.items() if r["Type"] == kind}
    assert found, kind
    return found


def functions(resources: Resources) -> dict[str, dict[str, Any]]:
    return of_type(resources, "AWS::Lambda::Function")


def variables(resources: Resources, handler: str) -> dict[str, Any]:
    return functions(resources)[handler]["Environment"]["Variables"]


def logical(reference: Any) -> str:
    """Return the logical id that a Ref or GetAtt names."""
    return reference.get("Ref") or reference["Fn::GetAtt"][0]


def policy_of(resources: Resources, handler: str) -> str:
    """Return the logical id of the one policy that a function's role has."""
    role = logical(functions(resources)[handler]["Role"])
    policies = of_type(resources, "AWS::IAM::Policy")
    [own] = [name for name, policy in policies.items() if {"Ref": role} in policy["Roles"]]
    return own


def rights(resources: Resources, handler: str) -> dict[str, Any]:
    """Return on what a function may do each action; those of keys tell which key as well."""
    keys = purposes(resources)
    found: dict[str, list[Any]] = {}
    for statement in statements_of(resources, handler, "Allow"):
        actions, on = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            key = f"({keys[logical(on)]})" if action.startswith("kms:") else ""
            found.setdefault(action + key, []).append(on)
    return found


def purposes(resources: Resources) -> dict[str, str]:
    """Return what each key is for, as its alias tells, by logical id."""
    return {
        logical(alias["TargetKeyId"]): alias["AliasName"].partition("/")[2].rpartition("-")[0]
        for alias in of_type(resources, "AWS::KMS::Alias").values()
    }


def statements_of(resources: Resources, handler: str, effect: str) -> list[dict[str, Any]]:
    """Return what a function's role is allowed, or denied."""
    document = resources[policy_of(resources, handler)]["Properties"]["PolicyDocument"]
    return [statement for statement in document["Statement"] if statement["Effect"] == effect]
