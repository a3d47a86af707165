"""Records that a Kinesis Producer Library packed into one: the format, read without its library.

The format is four magic bytes, a protobuf message, and the message's MD5:
https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
Of the message only field 3 matters here: `records`, each with its bytes in field 3.
"""

from __future__ import annotations

import hashlib

from chalicelib.domain.errors import PoisonError

MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES = 16
_RECORDS = _DATA = 3
_VARINT, _BYTES = 0, 2


def split(data: bytes) -> list[bytes]:
    """Return the user records of an aggregated record, or the data itself when it is none.

    Raises PoisonError when it is aggregated but damaged.
    """
    if not data.startswith(MAGIC):
        return [data]
    message, digest = data[len(MAGIC) : -_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.md5(message, usedforsecurity=False).digest() != digest:
        raise PoisonError("damaged_aggregate", "the MD5 of an aggregated record does not match")
    try:
        records = [value for field, value in _fields(message) if field == _RECORDS]
        return [value for record in records for field, value in _fields(record) if field == _DATA]
    except (IndexError, ValueError) as error:
        raise PoisonError("damaged_aggregate", f"not a readable aggregate: {error}") from error


def _fields(message: bytes) -> list[tuple[int, bytes]]:
    """Return the length-delimited fields of a protobuf message; varints are passed over."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == _VARINT:
            _, at = _varint(message, at)
        elif tag & 7 == _BYTES:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("a field is longer than the message")
            found.append((tag >> 3, message[at : at + length]))
            at += length
        else:
            raise ValueError(f"wire type {tag & 7} is not used by this format")
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # the continuation bit
            return value, at
        shift += 7
