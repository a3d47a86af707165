"""Lists the house rules: what cdk-nag and cfn-lint do not look at, and has hurt somebody."""

from collections.abc import Callable, Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.alarms import alarm_actions, alarm_dimensions
from infrastructure.gates.house_rules.backups import backup_plans
from infrastructure.gates.house_rules.cidrs import groups_only
from infrastructure.gates.house_rules.event_mapping import mapping_settings
from infrastructure.gates.house_rules.gateway_endpoints import s3_reachable
from infrastructure.gates.house_rules.log_groups import function_logs, log_retention
from infrastructure.gates.house_rules.own_groups import own_groups
from infrastructure.gates.house_rules.permissions import any_resource, anyone
from infrastructure.gates.house_rules.removal import kept, pending_keys
from infrastructure.gates.house_rules.routes import open_routes
from infrastructure.gates.house_rules.transport import tls_only
from infrastructure.gates.house_rules.zones import endpoints_in_every_zone

RULES: tuple[Callable[[Template], Iterator[Finding]], ...] = (
    alarm_actions,
    alarm_dimensions,
    any_resource,
    anyone,
    backup_plans,
    endpoints_in_every_zone,
    function_logs,
    groups_only,
    kept,
    log_retention,
    mapping_settings,
    open_routes,
    own_groups,
    pending_keys,
    s3_reachable,
    tls_only,
)


def house_rules(template: Template) -> list[Finding]:
    """Return every finding of every house rule on an expanded template."""
    return sorted({finding for rule in RULES for finding in rule(template)})
