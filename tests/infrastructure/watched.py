"""A deployment's names, made up: what the alarms and the dashboard are built from in tests."""

from __future__ import annotations

from infrastructure.parts.alarms.watched import Watched

WATCHED = Watched(
    stream_name="academic-events-blue",
    consumer_name="consume-events-blue",
    consumer_timeout_s=30,
    consumer_concurrency=4,
    mapping_id="mapping-uuid",
    scheduled_names=("sweep-blue", "announce-blue"),
    migration_name="migrate-blue",
    api_name="monitor-api-blue",
    api_stage="v1",
    dead_letter_name="dead-letters-blue",
    alerts_topic_name="student-alerts-blue",
    instance_id="monitor-database-blue",
    replica_id="monitor-replica-blue",
    memory_mib=4096,
    storage_gib=100,
    secret_arn="arn:aws:secretsmanager:us-east-1:111122223333:secret:master",  # noqa: S106  # a name
    vault_name="backup-vault-blue",
    vault_arn="arn:aws:backup:us-east-1:111122223333:backup-vault:backup-vault-blue",
    copy_vault_arn="arn:aws:backup:us-west-2:111122223333:backup-vault:backup-vault-blue",
    restore_test_role_arn="arn:aws:iam::111122223333:role/restore-test-blue",
)
