"""Envelope encryption: texts under data keys (AES-256-GCM), data keys under one master key."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.domain.errors import ConfigurationError
from chalicelib.domain.person import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KEYS = 64  # opened data keys in memory
KEEP_S = 300.0  # how long
MOST_TEXTS = (
    10_000  # under one data key; far below what random nonces allow (NIST SP 800-38D: 2^32)
)
NONCE_BYTES = 12


class DataKey(NamedTuple):
    """A key for texts, open and sealed."""

    plain: bytes
    sealed: bytes


class MasterKey(Protocol):
    """The key that data keys are sealed with; it stays where it is."""

    def generate(self) -> DataKey:
        """Return a new data key of 32 bytes; UnavailableError when the key cannot be reached."""
        ...

    def open(self, sealed: bytes) -> bytes:
        """Return a data key opened; UnavailableError as above."""
        ...


class Envelope:
    """Seals and opens texts; few calls of the master key, since data keys are kept for a while."""

    def __init__(self, master: MasterKey, *, now: Callable[[], float] = time.monotonic) -> None:
        self._master = master
        self._now = now
        self._opened: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._current: tuple[float, DataKey] | None = None
        self._sealed_texts = 0

    def seal(self, text: bytes, about: str) -> Sealed:
        """Seal a text that is about somebody, and opens for nobody else."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # loaded with the first use

        key, nonce = self._key(), os.urandom(NONCE_BYTES)
        self._sealed_texts += 1
        content = AESGCM(key.plain).encrypt(nonce, text, about.encode())
        return Sealed(key.sealed, nonce, content)

    def open(self, sealed: Sealed, about: str) -> bytes:
        """Open a text; ConfigurationError when it was changed, or is about somebody else."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = AESGCM(self._open(sealed.data_key))
        try:
            return key.decrypt(sealed.nonce, sealed.content, about.encode())
        except InvalidTag as error:
            raise ConfigurationError("a sealed text does not open") from error

    def _key(self) -> DataKey:
        now = self._now()
        known = self._current
        if known and now - known[0] < KEEP_S and self._sealed_texts < MOST_TEXTS:
            return known[1]
        key = self._master.generate()
        self._current, self._sealed_texts = (now, key), 0
        return key

    def _open(self, sealed: bytes) -> bytes:
        now = self._now()
        known = self._opened.pop(sealed, None)
        if known is None or now - known[0] >= KEEP_S:
            known = now, self._master.open(sealed)
        self._opened[sealed] = known
        while len(self._opened) > MOST_KEYS:
            self._opened.popitem(last=False)
        return known[1]
