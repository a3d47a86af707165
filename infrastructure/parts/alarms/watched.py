"""What the alarms and the dashboard have to know of a deployment, by name."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The names under which AWS publishes metrics of one deployment, and its sizes."""

    stream_name: str
    consumer_name: str
    consumer_timeout_s: int
    consumer_concurrency: int  # reserved
    mapping_id: str
    scheduled_names: tuple[str, ...]
    migration_name: str
    api_name: str
    api_stage: str
    dead_letter_name: str
    alerts_topic_name: str
    instance_id: str
    replica_id: str | None  # without a replica there is no metric of lag
    memory_mib: int
    storage_gib: int
    secret_arn: str
    vault_name: str
    vault_arn: str
    copy_vault_arn: str | None  # without a second region nothing is copied
    restore_test_role_arn: str

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """The database's instances, the replica too."""
        return (self.instance_id, *([self.replica_id] if self.replica_id else []))
