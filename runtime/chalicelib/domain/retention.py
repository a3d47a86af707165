"""How long each class of data is kept: `retention.toml` has the days and the reasons."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import asdict

from chalicelib.domain.errors import ConfigurationError

_Days = Annotated[int, Meta(ge=1, le=36_525)]
SHIPPED = Path(__file__).parent / "retention.toml"


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days by class."""

    events: _Days
    receipts: _Days
    quarantine: _Days
    alerts: _Days
    notes: _Days
    risk_daily: _Days
    shadow_finding: _Days
    shadow_alert: _Days
    records: _Days

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.records < self.events:
            raise ValueError("`records` are kept as long as `events` at least, which make them")

    def befores(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """Return the moment by class before which its rows go."""
        return {class_: now - dt.timedelta(days=days) for class_, days in asdict(self).items()}


def read(path: Path, *, events: int) -> Retention:
    """Return the retention of a file, with this of events; ConfigurationError when it is wrong."""
    try:
        told = tomllib.loads(path.read_text())
        return msgspec.convert({**told, "events": events}, Retention)
    except (OSError, ValueError) as error:  # of TOML and of msgspec, too
        raise ConfigurationError(f"{path.name}: {error}") from error
