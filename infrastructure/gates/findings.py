"""A finding of any gate, and which findings somebody has answered for."""

import dataclasses
import re
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One rule that one resource breaks."""

    rule: str  # as the tool names it, such as AwsSolutions-IAM5[Resource::*]
    resource: str  # logical id, or "" for the template itself
    message: str

    def __str__(self) -> str:
        """Say it as it stands in a failed test."""
        return f"{self.rule} on {self.resource or 'the template'}: {self.message}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A rule that may be broken by some resources; the reason says why that is right here.

    In `rule` and `resource` a star stands for anything; every other sign stands for itself.
    """

    rule: str
    resource: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is one that this speaks of."""
        return _matches(self.rule, finding.rule) and _matches(self.resource, finding.resource)


def unanswered(
    findings: Iterable[Finding], acknowledgements: Iterable[Acknowledgement]
) -> list[Finding]:
    """Return the findings that nobody has acknowledged: a template with any does not pass."""
    known = tuple(acknowledgements)
    return sorted({f for f in findings if not any(a.covers(f) for a in known)})


def idle(
    findings: Iterable[Finding], acknowledgements: Iterable[Acknowledgement]
) -> list[Acknowledgement]:
    """Return the acknowledgements that no finding needs any more: they have to go."""
    found = tuple(findings)
    return [a for a in acknowledgements if not any(a.covers(f) for f in found)]


def _matches(pattern: str, text: str) -> bool:
    # Not fnmatch: the brackets in AwsSolutions-IAM5[...] are no character class.
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None
