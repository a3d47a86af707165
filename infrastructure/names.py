"""Physical names: `{resource-type}-{environment-suffix}`."""

from __future__ import annotations


def named(resource_type: str, suffix: str) -> str:
    """Return the name of a resource, unique in an account and region."""
    return f"{resource_type}-{suffix}"


def globally_named(resource_type: str, suffix: str, *, account: str) -> str:
    """Return a name that is unique in all of AWS (buckets)."""
    return f"{resource_type}-{suffix}-{account}"


def exported(output: str, suffix: str) -> str:
    """Return the name of an export; exports are one space per account and region."""
    return f"{suffix}:{output}"
