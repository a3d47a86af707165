"""Every error raised on purpose, by what the caller should do about it.

MonitorError
├── InvalidRequestError     the sender is wrong: 4xx, a retry will not help
│   ├── TooLargeError       413
│   ├── UnsupportedMediaError  415
│   ├── ConflictError       409: the thing's state does not allow it
│   ├── StaleError          412: the thing has changed since the sender read it
│   └── UnconditionalError  428: the sender does not say which version it has read
├── NotSignedInError        nobody knows who asks: 401
├── NotAllowedError         this person or machine may not see or do that: 403
│   └── NotGrantedError     nor can it be: what is missing is told
├── TooOftenError           this client asks too often: 429, the same call may succeed later
├── NotFoundError           there is no such thing: 404
├── PoisonError             a record of the stream that can never succeed: quarantine it, go on
├── UnavailableError        a dependency did not answer: 503, or stop the batch and retry it
│   └── UnshownError        what was asked for is done; only the answer could not be given: 503
└── ConfigurationError      a setting is missing or wrong: the operator has to act
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class MonitorError(Exception):
    """Something the monitor raised on purpose."""


class InvalidRequestError(MonitorError):
    """The request cannot be understood or breaks a rule; `errors` says where."""

    status = 400
    kind, title = "invalid-request", "The request is not valid"

    def __init__(self, detail: str, errors: Sequence[object] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)


class TooLargeError(InvalidRequestError):
    """The request has more events or bytes than one request may have."""

    status = 413


class UnsupportedMediaError(InvalidRequestError):
    """The body is neither JSON nor gzipped JSON."""

    status = 415


class ConflictError(InvalidRequestError):
    """What the request wants to change is in a state that does not allow it."""

    status = 409
    kind, title = "conflict", "Its state does not allow that"


class StaleError(InvalidRequestError):
    """What the request wants to change has changed since its sender read it."""

    status = 412
    kind, title = "stale", "It has changed since it was read"


class UnconditionalError(InvalidRequestError):
    """The request does not say which version of a thing its sender has read."""

    status = 428
    kind, title = "unconditional", "The version that was read is missing"


class NotSignedInError(MonitorError):
    """There is no token, or none that is good; the message says why, without the token."""


class NotAllowedError(MonitorError):
    """Who asks is known, and may not see or do that."""


class NotGrantedError(NotAllowedError):
    """What is missing may be told: it tells nothing of a record, or of her own roster alone."""


class TooOftenError(MonitorError):
    """A client asks more often than it may; `wait_s` later it may again."""

    def __init__(self, detail: str, wait_s: float) -> None:
        super().__init__(detail)
        self.wait_s = wait_s


class NotFoundError(MonitorError):
    """There is no such student, course or page."""


class PoisonError(MonitorError):
    """A record or event that can never be processed; `reason` is the quarantine's code for it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class UnavailableError(MonitorError):
    """A dependency is down, slow or refusing; the same call may succeed later."""


class UnshownError(UnavailableError):
    """A change is made, and what has become of it cannot be shown just now."""


class ConfigurationError(MonitorError):
    """A setting is missing or wrong."""
