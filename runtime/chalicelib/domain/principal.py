"""Who asks: a person or a machine, as its token says; never what it may do."""

from __future__ import annotations

from typing import NamedTuple


class Principal(NamedTuple):
    """The verified identity behind a request."""

    subject: str  # the token's `sub`; of a machine its client id
    kind: str  # person | machine
    client: str  # the client that the token was given to
    scopes: frozenset[str] = frozenset()
