"""Whose tokens are taken: those of an issuer that the institution has, or of none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

if TYPE_CHECKING:
    from infrastructure.environments import Deployment


class Identity(Construct):
    """Use `issuer`, `audience`, `clients` (by comma)."""

    def __init__(self, scope: Construct, id_: str, *, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self.issuer = deployment.issuer or ""
        self.audience = deployment.audience or ""
        self.clients = ",".join(deployment.clients)
