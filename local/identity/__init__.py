"""Who is who on one machine: ready-made people, and an issuer that vouches for them."""

from local.identity.people import AUDIENCE, PEOPLE, Somebody, named
from local.identity.signing import Signer

__all__ = ["AUDIENCE", "PEOPLE", "Signer", "Somebody", "named"]
