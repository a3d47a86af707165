"""Every class of remains, looked for in every region of a deployment."""

from __future__ import annotations

from collections.abc import Sequence

from infrastructure.remains.database_backups import database_backups
from infrastructure.remains.erasure_lists import erasure_lists
from infrastructure.remains.keys import keys
from infrastructure.remains.log_groups import log_groups
from infrastructure.remains.made import Clients, made_by
from infrastructure.remains.network_interfaces import network_interfaces
from infrastructure.remains.recovery_points import recovery_points
from infrastructure.remains.remain import Remain
from infrastructure.remains.secrets import secrets

StackName = tuple[str, str]  # (name, region)
_CLASSES = (recovery_points, erasure_lists, secrets, network_interfaces, log_groups, keys)


def remains(stacks: Sequence[StackName], clients: Clients) -> list[Remain]:
    """Return what these stacks, there or gone, have left or will leave; changes nothing."""
    made = [one for name, region in stacks for one in made_by(clients, name, region)]
    regions = sorted({region for _, region in stacks})
    found = [one for look_for in _CLASSES for one in look_for(made, clients)]
    return [*found, *database_backups(made, clients, regions)]
