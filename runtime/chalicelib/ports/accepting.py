"""What taking a request in rests on: the stream, the issuer's keys, clients and their quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.principal import Principal


class Stream(Protocol):
    """The durable, ordered stream of academic events."""

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        """Append (partition key, data) pairs; tell for each whether the stream acknowledged it.

        Tries again what was refused, until `timeout_s` is over; never raises for a refusal. Not
        safe to repeat without a second copy on the stream, which the store recognises.
        """
        ...

    def health(self) -> str:
        """Return the stream's status; raise when it does not answer."""
        ...


class Keys(Protocol):
    """The public keys of the issuer of tokens."""

    def key(self, key_id: str) -> Any | None:
        """Return a key with its `key` and `algorithm_name`; None when there is no such one.

        UnavailableError when the issuer does not answer and none of its keys is known.
        """
        ...


class Clients(Protocol):
    """Machines, and as which source each sends."""

    def source_of(self, client: str) -> str | None:
        """Return as which source a client sends; None: it may not."""
        ...


class Quotas(Protocol):
    """What clients have left of their requests, for all processes together."""

    def take(self, principal: Principal, used: int, *, per_s: int, burst: int) -> float:
        """Charge `used` requests, and one more if one is left; return how many were left for it.

        A client gets `per_s` a second, and keeps `burst` of them at most. UnavailableError when
        there is no answer in short time.
        """
        ...
