"""Who and which: the pseudonym of a student and the identity of an event."""

from __future__ import annotations

import hashlib
import hmac
import uuid


def pseudonym(student_id: str, key: bytes) -> str:
    """Return the UUID that stands for an institution's own student id everywhere past ingest.

    HMAC-SHA-256 under the institution's key, cut to 128 bits: the same id always gives the same
    pseudonym, and without the key it cannot be found by trying ids.
    """
    digest = hmac.digest(key, student_id.encode(), hashlib.sha256)
    return str(uuid.UUID(bytes=digest[:16]))


def event_uid(source: str, event_id: str) -> str:
    """Return the 128-bit hash of (source, event_id) as 32 hex digits."""
    return hashlib.blake2b(f"{source}\0{event_id}".encode(), digest_size=16).hexdigest()


def lane_of(student: str, lanes: int) -> int:
    """Return the lane of a pseudonym, 0..lanes-1; order holds within a lane.

    The first byte of the pseudonym is already uniform. `lanes` is a power of two up to 256, so
    that a lane is a whole number of the store's locks, which are taken by the same byte.
    """
    return int(student[:2], 16) % lanes
