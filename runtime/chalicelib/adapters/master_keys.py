"""The master key of names: in KMS, which never gives it out, or in a file on one machine."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.envelope import NONCE_BYTES, DataKey
from chalicelib.domain.errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
PURPOSE = b"person"


class KmsMasterKey:
    """A key of KMS; what it seals opens under the same context only, which CloudTrail shows."""

    def __init__(self, key_arn: str, *, environment: str, client: Any = None) -> None:
        self._key_arn = key_arn
        self._context = {"purpose": PURPOSE.decode(), "environment": environment}
        self._given = client

    def generate(self) -> DataKey:
        """Return a new data key."""
        answer = self._call("generate_data_key", KeySpec="AES_256")
        return DataKey(answer["Plaintext"], answer["CiphertextBlob"])

    def open(self, sealed: bytes) -> bytes:
        """Return a data key opened."""
        plain: bytes = self._call("decrypt", CiphertextBlob=sealed)["Plaintext"]
        return plain

    def _call(self, name: str, **values: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            answer: dict[str, Any] = getattr(self._client, name)(
                KeyId=self._key_arn, EncryptionContext=self._context, **values
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"KMS did not answer: {error}") from error
        return answer

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 3})
        return boto3.client("kms", config=config)


class FileMasterKey:
    """A key in a file: 64 hex digits."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def generate(self) -> DataKey:
        """Return a new data key."""
        plain, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        return DataKey(plain, nonce + self._cipher.encrypt(nonce, plain, PURPOSE))

    def open(self, sealed: bytes) -> bytes:
        """Return a data key opened; ConfigurationError when another key has sealed it."""
        from cryptography.exceptions import InvalidTag

        nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            plain: bytes = self._cipher.decrypt(nonce, content, PURPOSE)
        except InvalidTag as error:
            raise ConfigurationError("a data key was sealed by another master key") from error
        return plain

    @functools.cached_property
    def _cipher(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            key = bytes.fromhex(self._path.read_text().strip())
        except (OSError, ValueError) as error:
            raise ConfigurationError("MONITOR_PERSON_KEY_FILE does not name a key") from error
        if len(key) != KEY_BYTES:
            raise ConfigurationError(f"the key of names has {len(key)} bytes; it takes 32")
        return AESGCM(key)
