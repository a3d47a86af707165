"""How functions reach the database: where it is, and who of its users they may sign in as."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam

    from infrastructure.parts.database import MonitorDatabase

DATABASE = "monitor"
PRIVACY = "privacy"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAccess:
    """The way to the database through the proxy if there is one; migrations go past it.

    They take locks and make roles, which a proxy would pin a connection for.
    """

    database: MonitorDatabase

    def settings(self, *, user: str) -> dict[str, str]:
        """Return the runtime's variables for a user of the database, or (empty) for the master."""
        if not user:
            return {
                "MONITOR_DATABASE_CONNINFO": self._conninfo(direct=True),
                "MONITOR_DATABASE_SIGN_IN": "secret",
                "MONITOR_DATABASE_SECRET": self.database.secret.secret_arn,
            }
        return {
            "MONITOR_DATABASE_CONNINFO": f"{self._conninfo(direct=False)} user={user}",
            "MONITOR_DATABASE_SIGN_IN": "iam",
        }

    def privacy_conninfo(self) -> str:
        """Return how the role that erases is reached, by a function that signs in by token."""
        return f"{self._conninfo(direct=False)} user={PRIVACY}"

    def may_sign_in(self, role: iam.Role, *, user: str) -> None:
        """Let a role sign in as one user, by a token."""
        (self.database.proxy or self.database.instance).grant_connect(role, user)

    def _conninfo(self, *, direct: bool) -> str:
        if self.database.proxy and not direct:
            host, port = self.database.endpoint, "5432"
        else:
            host = self.database.instance.db_instance_endpoint_address
            port = self.database.instance.db_instance_endpoint_port
        return f"host={host} port={port} dbname={DATABASE}"
