"""The shape of the emulator's handlers, and how one of them is amended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]  # physical id, attributes for GetAtt
Handler = dict[str, Any]
Handlers = dict[str, Handler]


def amend(handler: Handler, change: Callable[[Properties, Made], Made]) -> None:
    """Let `change` see and amend what creating and updating a resource come to."""
    create: Callable[..., Made] = handler["create"]
    update: Callable[..., Made] = handler.get("update", create)

    def created(logical_id: str, properties: Properties, stack: str) -> Made:
        return change(properties, create(logical_id, properties, stack))

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Made:
        return change(new, update(physical_id, old, new, *rest))

    handler["create"] = created
    if "update" in handler:
        handler["update"] = updated
