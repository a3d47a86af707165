"""What the CDK's command line writes down of an existing VPC, so that it is looked up no more."""

VPC_ID = "vpc-0123456789abcdef0"
ACCOUNT = "111122223333"
_SUBNETS = {"us-east-1a": "0aaaaaaaaaaaaaaa1", "us-east-1b": "0bbbbbbbbbbbbbbb2"}

LOOKED_UP = {
    f"vpc-provider:account={ACCOUNT}:filter.vpc-id={VPC_ID}:region=us-east-1"
    ":returnAsymmetricSubnets=true": {
        "vpcId": VPC_ID,
        "vpcCidrBlock": "10.9.0.0/16",
        "ownerAccountId": ACCOUNT,
        "availabilityZones": [],
        "subnetGroups": [
            {
                "name": "isolated",
                "type": "Isolated",
                "subnets": [
                    {
                        "subnetId": f"subnet-{id_}",
                        "cidr": f"10.9.{number}.0/24",
                        "availabilityZone": zone,
                        "routeTableId": f"rtb-{id_}",
                    }
                    for number, (zone, id_) in enumerate(_SUBNETS.items())
                ],
            }
        ],
    }
}
