"""The price list: one file, with its date."""

from __future__ import annotations

import dataclasses
import json
import pathlib

_FILE = pathlib.Path(__file__).with_name("prices.json")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Dollars by what is paid for."""

    as_of: str
    region: str
    source: str
    usd: dict[str, float]
    multi_az_hour: dict[str, float]  # by RDS instance class

    def __getitem__(self, name: str) -> float:
        """Return the price of one unit."""
        return self.usd[name]


def load() -> Prices:
    """Return the prices of the file."""
    content = json.loads(_FILE.read_text())
    usd = content["usd"]
    instances = usd.pop("rds_multi_az_hour")
    return Prices(
        as_of=content["as_of"],
        region=content["region"],
        source=content["source"],
        usd=usd,
        multi_az_hour=instances,
    )
