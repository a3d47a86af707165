"""One stack of the emulated account, made from resources as Python has them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.deployment.account import EmulatedAccount


class Stack:
    """One stack by template; `put` makes or changes it and returns its outputs."""

    def __init__(self, account: EmulatedAccount, region: str = "us-east-1") -> None:
        self._cloudformation = account.client("cloudformation", region)
        self._there = False

    def put(self, resources: dict[str, Any], **outputs: Any) -> dict[str, str]:
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        change = self._cloudformation.update_stack if self._there else None
        (change or self._cloudformation.create_stack)(
            StackName="shim", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
        self._there = True
        described = self._settled()
        assert described["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, self._reasons()
        return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}

    def delete(self) -> None:
        if self._there:
            self._cloudformation.delete_stack(StackName="shim")
            self._settled()
            self._there = False

    def _settled(self) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                [described] = self._cloudformation.describe_stacks(StackName="shim")["Stacks"]
            except self._cloudformation.exceptions.ClientError:
                return {}
            if not described["StackStatus"].endswith("IN_PROGRESS"):
                return dict(described)
            time.sleep(0.05)
        raise TimeoutError

    def _reasons(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName="shim")["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events]


def attribute(name: str, of: str) -> dict[str, list[str]]:
    """Return the GetAtt of a resource."""
    return {"Fn::GetAtt": [name, of]}
