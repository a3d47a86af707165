"""`Fn::GetStackOutput` across regions: the emulator looks in the asking stack's alone."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services.cloudformation import changesets, engine, handlers, stacks

_RESOLVES = (engine, stacks, changesets, handlers)
_FUNCTION = "Fn::GetStackOutput"


def register() -> None:
    """Let every module that resolves a template look where the function says."""
    original = engine._resolve_refs

    def resolve(value: Any, *rest: Any) -> Any:
        with request_scope(get_account_id(), _region(value)):
            return original(value, *rest)

    for module in _RESOLVES:
        module._resolve_refs = resolve


def _region(value: Any) -> str:
    """Return the region that the function names; the present one for anything else."""
    if isinstance(value, dict) and isinstance(value.get(_FUNCTION), dict):
        return str(value[_FUNCTION].get("Region") or get_region())
    return str(get_region())
