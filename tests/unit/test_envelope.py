"""Texts are sealed under data keys, data keys under a master key that is seldom asked."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.envelope import KEEP_S, MOST_KEYS, Envelope
from chalicelib.adapters.master_keys import FileMasterKey, KmsMasterKey
from chalicelib.domain.errors import ConfigurationError, UnavailableError


class Kms:
    """KMS as far as it is used: one key, bound to the context."""

    def __init__(self) -> None:
        self.kept: dict[bytes, tuple[str, bytes]] = {}
        self.asked: list[str] = []
        self.down = False

    def generate_data_key(self, *, KeyId, EncryptionContext, KeySpec):  # noqa: N803  # boto3's
        self._ask("generate", KeyId)
        assert KeySpec == "AES_256"
        number = len(self.kept)
        plain, sealed = bytes([number]) * 32, b"sealed %d" % number
        self.kept[sealed] = (repr(EncryptionContext), plain)
        return {"Plaintext": plain, "CiphertextBlob": sealed}

    def decrypt(self, *, KeyId, EncryptionContext, CiphertextBlob):  # noqa: N803  # boto3's
        self._ask("decrypt", KeyId)
        context, plain = self.kept[CiphertextBlob]
        if context != repr(EncryptionContext):
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": plain}

    def _ask(self, what, key):
        assert key == "arn:key"
        if self.down:
            raise ClientError({"Error": {"Code": "KMSInternalException"}}, what)
        self.asked.append(what)


@pytest.fixture
def kms():
    return Kms()


def envelope(kms, clock=lambda: 0.0, environment="test"):
    return Envelope(KmsMasterKey("arn:key", environment=environment, client=kms), now=clock)


def test_a_text_opens_for_whom_it_is_about_and_unchanged_only(kms):
    one = envelope(kms)
    sealed = one.seal(b"Ada", "student-1")

    assert one.open(sealed, "student-1") == b"Ada"
    assert b"Ada" not in b"".join(sealed)
    for changed, about in (
        (sealed, "student-2"),
        (
            sealed._replace(content=sealed.content[:-1] + bytes([sealed.content[-1] ^ 1])),
            "student-1",
        ),
        (sealed._replace(nonce=bytes(12)), "student-1"),
    ):
        with pytest.raises(ConfigurationError):
            one.open(changed, about)


def test_a_class_is_one_call_of_the_key_and_no_nonce_comes_twice(kms):
    writer, reader = envelope(kms), envelope(kms)
    sealed = [writer.seal(b"n", str(i)) for i in range(200)]
    assert [reader.open(one, str(i)) for i, one in enumerate(sealed)] == [b"n"] * 200
    assert kms.asked == ["generate", "decrypt"]
    assert len({one.nonce for one in sealed}) == 200


def test_opened_keys_are_forgotten_in_time_and_never_many(kms):
    moment = [0.0]
    reader = envelope(kms, lambda: moment[0])
    sealed = [envelope(kms).seal(b"n", "s") for _ in range(MOST_KEYS + 1)]
    for one in sealed:
        reader.open(one, "s")
    assert len(reader._opened) == MOST_KEYS
    kms.asked.clear()
    reader.open(sealed[-1], "s")
    assert kms.asked == []
    reader.open(sealed[0], "s")
    moment[0] = KEEP_S
    reader.open(sealed[-1], "s")
    assert kms.asked == ["decrypt", "decrypt"]


def test_a_data_key_is_used_for_minutes(kms):
    moment = [0.0]
    writer = envelope(kms, lambda: moment[0])
    first, second = writer.seal(b"n", "s"), writer.seal(b"n", "s")
    moment[0] = KEEP_S
    third = writer.seal(b"n", "s")
    assert (first.data_key == second.data_key, first.data_key == third.data_key) == (True, False)


def test_another_deployment_cannot_open_it_and_an_outage_is_one(kms):
    sealed = envelope(kms).seal(b"Ada", "s")
    with pytest.raises(UnavailableError):
        envelope(kms, environment="other").open(sealed, "s")
    kms.down = True
    with pytest.raises(UnavailableError):
        envelope(kms).seal(b"Ada", "s")


def test_a_key_file_seals_what_it_opens_and_no_other_does(tmp_path):
    path, other = tmp_path / "key", tmp_path / "other"
    path.write_text("0f" * 32 + "\n")
    other.write_text("f0" * 32)
    sealed = Envelope(FileMasterKey(path)).seal(b"Ada", "s")
    assert Envelope(FileMasterKey(path)).open(sealed, "s") == b"Ada"
    with pytest.raises(ConfigurationError):
        Envelope(FileMasterKey(other)).open(sealed, "s")


@pytest.mark.parametrize("content", [None, "short", "0f" * 16, "zz" * 32])
def test_a_key_file_without_a_key_says_so(tmp_path, content):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError):
        Envelope(FileMasterKey(path)).seal(b"Ada", "s")
