"""Stand-ins for what the emulator cannot make (gaps.py): recorded by name, and nothing else."""

from __future__ import annotations

from typing import Any

from local.deployment.gaps import GAPS, Gap
from local.deployment.shims.handlers import Handler, Handlers, Made, Properties


def register(handlers: Handlers) -> None:
    """Stand in for each gap that the emulator has not closed meanwhile."""
    for resource_type, gap in GAPS.items():
        handlers.setdefault(resource_type, _stand_in(gap))


def _stand_in(gap: Gap) -> Handler:
    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        return _made(properties.get(gap.name) or f"{stack}-{logical_id}", gap)

    def update(physical_id: str, _: Properties, new: Properties, *__: Any) -> Made:
        return _made(new.get(gap.name) or physical_id, gap)

    return {"create": create, "update": update, "delete": lambda *_: None}


def _made(name: str, gap: Gap) -> Made:
    return name, {key: value.format(id=name) for key, value in gap.attributes.items()}
