"""What differs between dev, staging and prod, and what one deployment is."""

from __future__ import annotations

import dataclasses

from infrastructure import sizing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Sizes and retention; sizes that follow from others are properties."""

    name: str
    zones: int  # availability zones
    peak_events_per_second: int
    events_per_post: int
    event_bytes: int  # as POSTed
    events_per_year: int
    lanes: int  # a power of two, at least the shard count
    parallelization_factor: int  # consumers per shard
    on_demand_stream: bool = False
    stream_days: int = 7
    retention_days: int = 730  # of events in the database
    instance_type: str  # RDS, without "db."
    memory_mib: int  # of that instance
    read_replica: bool
    proxy: bool  # RDS Proxy between functions and the primary
    backup_days: int
    archive_years: int  # of monthly copies; 0: none
    second_region: bool  # backups there too: a second stack, so `cdk deploy --all`
    mfa: bool = False  # a second factor at sign-in is required, and not only possible
    log_days: int  # of functions, API and flows
    canary: bool = True  # new code takes a tenth of the traffic first

    @property
    def shards(self) -> int:
        """Open shards at the peak; an on-demand stream makes its own, from four up."""
        return sizing.shards_needed(
            events_per_second=self.peak_events_per_second,
            events_per_post=self.events_per_post,
            event_bytes=self.event_bytes,
            lanes=self.lanes,
            parallelization_factor=self.parallelization_factor,
        )

    @property
    def posts_per_second(self) -> float:
        """POSTs of events at the peak, by all clients."""
        return self.peak_events_per_second / self.events_per_post

    @property
    def machine_requests_per_second(self) -> int:
        """What one machine may ask: all of the peak, and half as much for what it sends again."""
        return max(20, round(1.5 * self.posts_per_second))

    @property
    def partition_months(self) -> int:
        """Width of a partition of the event log, for MONITOR_PARTITION_MONTHS."""
        return sizing.partition_months(
            events_per_year=self.events_per_year, retention_days=self.retention_days
        )

    @property
    def storage_gib(self) -> int:
        """Disk of the database at first."""
        return sizing.storage_gib(
            events_per_year=self.events_per_year, retention_days=self.retention_days
        )

    @property
    def max_storage_gib(self) -> int:
        """Disk that autoscaling may grow to: four times what is foreseen."""
        return 4 * self.storage_gib


DEV = Environment(
    name="dev",
    zones=2,
    peak_events_per_second=200,
    events_per_post=20,
    event_bytes=350,
    events_per_year=1_000_000,
    lanes=8,
    parallelization_factor=1,
    instance_type="t4g.medium",
    memory_mib=4 * 1024,
    read_replica=False,
    proxy=False,
    backup_days=7,
    archive_years=0,
    second_region=False,  # so that `cdk deploy` alone brings up all of it
    log_days=7,
)

STAGING = dataclasses.replace(
    DEV,
    name="staging",
    peak_events_per_second=2_500,
    events_per_post=50,
    events_per_year=5_000_000,
    parallelization_factor=2,
    instance_type="m7g.large",
    memory_mib=8 * 1024,
    read_replica=True,
    proxy=True,
    backup_days=14,
    second_region=True,
    log_days=14,
)

PROD = dataclasses.replace(
    STAGING,
    name="prod",
    zones=3,
    peak_events_per_second=10_000,
    events_per_year=50_000_000,
    lanes=16,
    instance_type="r7g.xlarge",
    memory_mib=32 * 1024,
    backup_days=35,
    archive_years=7,
    mfa=True,
)

ENVIRONMENTS = {environment.name: environment for environment in (DEV, STAGING, PROD)}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment: its names, its people, its environment, where its network is."""

    suffix: str
    environment: Environment
    admin_email: str
    cost_center: str
    project: str
    zones: tuple[str, ...]  # names of availability zones, as many as the environment uses
    account: str | None = None  # the only one that it may go to; None: whose credentials they are
    vpc_id: str | None = None  # an existing VPC instead of a new one
    endpoint_security_group_id: str | None = None  # that VPC has its endpoints, behind this group
    issuer: str | None = None  # of tokens, instead of a user pool of its own
    audience: str | None = None  # that this issuer's tokens are made for
    clients: tuple[str, ...] = ()  # whose tokens are taken though they name no audience
    subject_claim: str | None = None  # that names a person
    administrator: str = ""  # the first one, by that claim
    machines: tuple[str, ...] = ("platform",)  # clients of a user pool of its own
    dashboard_url: str = "http://localhost:8080/"  # where that pool sends people back to
