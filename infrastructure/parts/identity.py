"""Whose tokens are taken: those of an issuer that the institution has, or of a pool of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Fn
from constructs import Construct

from infrastructure.parts.user_pool import UserPool

if TYPE_CHECKING:
    from infrastructure.environments import Deployment


class Identity(Construct):
    """Use `issuer`, `audience`, `clients` (by comma), `subject_claim`; `pool` if it has one."""

    def __init__(self, scope: Construct, id_: str, *, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self.pool = None if deployment.issuer else UserPool(self, "People", deployment=deployment)
        if self.pool is None:
            self.issuer = deployment.issuer or ""
            self.audience = deployment.audience or ""
            self.clients = ",".join(deployment.clients)
            self.subject_claim = deployment.subject_claim or "sub"
            return
        known = [self.pool.dashboard, *self.pool.machines.values()]
        self.issuer = self.pool.issuer
        self.audience = self.pool.resource_server
        self.clients = Fn.join(",", [one.user_pool_client_id for one in known])
        self.subject_claim = deployment.subject_claim or "username"
