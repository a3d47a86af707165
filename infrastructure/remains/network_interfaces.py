"""Network interfaces of functions: Lambda lets go of them 20 to 40 minutes after the function."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain


def network_interfaces(made: Sequence[Made], clients: Clients) -> Iterator[Remain]:
    """Return the interfaces in security groups that their stack has begun to delete."""
    groups: dict[str, list[str]] = {}
    for one in of_type(made, "AWS::EC2::SecurityGroup"):
        if not one.alive:
            groups.setdefault(one.region, []).append(one.physical_id)
    for region, ids in groups.items():
        ec2 = clients("ec2", region)
        pages = ec2.get_paginator("describe_network_interfaces").paginate(
            Filters=[{"Name": "group-id", "Values": ids}]
        )
        for interface in (one for page in pages for one in page["NetworkInterfaces"]):
            name = interface["NetworkInterfaceId"]
            free = interface["Status"] == "available"
            remove = functools.partial(ec2.delete_network_interface, NetworkInterfaceId=name)
            yield Remain(
                kind=Kind.NETWORK_INTERFACES,
                name=name,
                region=region,
                remove=remove if free else None,
                why="" if free else "Lambda lets go of it within 40 minutes",
            )
