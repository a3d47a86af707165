"""One thing that outlives its stack, and the classes of such things."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable


class Kind(enum.Enum):
    """The classes that they are listed under."""

    RECOVERY_POINTS = "recovery points"
    ERASURE_LISTS = "erasure lists"
    NETWORK_INTERFACES = "network interfaces"
    LOG_GROUPS = "log groups"
    AUTOMATED_BACKUPS = "automated backups"
    SNAPSHOTS = "snapshots"
    SECRETS = "secrets"  # pragma: allowlist secret
    KEYS = "keys"

    @property
    def backup(self) -> bool:
        """Whether it holds records, or what they are read by: goes only where it is named."""
        return self in {
            Kind.RECOVERY_POINTS,
            Kind.ERASURE_LISTS,
            Kind.AUTOMATED_BACKUPS,
            Kind.SNAPSHOTS,
            Kind.SECRETS,
        }

    @property
    def blocks(self) -> bool:
        """Whether its stack cannot go before it; the others may go after."""
        return self in {Kind.RECOVERY_POINTS, Kind.ERASURE_LISTS, Kind.NETWORK_INTERFACES}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Remain:
    """What it is, and how to remove it; None where nobody can, with `why` then."""

    kind: Kind
    name: str
    region: str
    remove: Callable[[], object] | None
    why: str = ""  # what it waits for
