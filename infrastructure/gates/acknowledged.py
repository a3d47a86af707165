"""Owns the list of findings that are right here, each with its reason.

One that no environment needs any more fails the tests, and so does a finding that is not listed.
A star stands for anything; resources are logical ids.
"""

from infrastructure.gates.findings import Acknowledgement

_SERVICE_POLICY = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/{}]"
_FUNCTION_ROLE = "Application*RoleDefaultPolicy*"


def _acknowledge(reason: str, *rules: str, on: str = "*") -> tuple[Acknowledgement, ...]:
    return tuple(Acknowledgement(rule=rule, resource=on, reason=reason) for rule in rules)


def _any_resource(reason: str, *actions: str) -> tuple[Acknowledgement, ...]:
    return _acknowledge(reason, *(f"any-resource[{a}]" for a in actions), on=_FUNCTION_ROLE)


FORM = (
    *_acknowledge("The CDK writes the template; nobody reads Fn::Join in it by hand.", "I1022"),
    *_acknowledge("SAM and the CDK add DependsOn to be safe; twice does no harm.", "W3005"),
    *_acknowledge(
        "Zones are named, so that one build holds for every account: a stack that knows no "
        "account sees two zones only, and prod needs three. availabilityZones chooses others.",
        "W3010",
        on="NetworkVpcisolatedSubnet*",
    ),
)

API = (
    *_acknowledge(
        "Each event of a body is judged on its own and the good ones are taken; a JSON schema at "
        "the gateway would refuse all 500 for one, and could not say which.",
        "AwsSolutions-APIG2",
        on="RestAPI",
    ),
    *_acknowledge(
        "Every route but one asks for a token, which a function of its own checks before anything "
        "that holds records runs, and the stage is throttled. WAF looks at the first 64 KB of a "
        "body of up to 4 MB, for attacks on web pages; nothing here is one.",
        "AwsSolutions-APIG3",
        "NIST.800.53.R5-APIGWAssociatedWithWAF",
        on="RestAPIapiStage",
    ),
    *_acknowledge(
        "The execution log writes paths, which name students, into a group that outlives the "
        "stack. The access log has every request by route.",
        "AwsSolutions-APIG6",
        "NIST.800.53.R5-APIGWExecutionLoggingEnabled",
        on="RestAPIapiStage",
    ),
    *_acknowledge(
        "An answer depends on who asks, and must be of this second: nothing may be cached.",
        "NIST.800.53.R5-APIGWCacheEnabledAndEncrypted",
        on="RestAPIapiStage",
    ),
    *_acknowledge(
        "A client certificate is for backends reached by HTTP; ours is a function.",
        "NIST.800.53.R5-APIGWSSLEnabled",
        on="RestAPIapiStage",
    ),
    *_acknowledge(
        "What watches the system from outside has to ask it without an identity; it is told "
        "whether the system is well, and nothing else.",
        "open-route[GET /v1/health]",
        on="RestAPI",
    ),
)

FUNCTIONS = (
    *_acknowledge(
        "Runtime and wheels follow the Python that builds, 3.11 to 3.13, all of them supported; "
        "psycopg2 has been tested with no later one.",
        "AwsSolutions-L1",
    ),
    *_acknowledge(
        "The consumer alone has a reservation, since it must never wait for others. The API is "
        "held by the stage's throttle, the scheduled ones run one at a time, the migration once a "
        "deployment; a reservation would take from the account what others could use.",
        "NIST.800.53.R5-LambdaConcurrency",
    ),
    *_acknowledge(
        "A dead-letter queue is for asynchronous calls. The mapping gives up to its own queue, the "
        "API answers its caller, a failed migration fails the deployment, and what is on a "
        "schedule runs again in minutes, with an alarm on its errors.",
        "NIST.800.53.R5-LambdaDLQ",
    ),
)

IDENTITY = (
    *_acknowledge(
        "A second factor is possible everywhere and required in prod; dev and staging hold no "
        "records of real students, and their pools are signed in to by tests.",
        "AwsSolutions-COG2",
        on="IdentityPeoplePool*",
    ),
    *_acknowledge(
        "The plus plan watches for stolen passwords, for 0.02 USD a person and month. Nobody "
        "signs herself up here, and prod requires a second factor; an institution that wants "
        "more brings its own issuer (context: issuer).",
        "AwsSolutions-COG8",
        on="IdentityPeoplePool*",
    ),
    *_acknowledge(
        "The isolated subnets lead to no issuer; it holds no right but to its own log.",
        "NIST.800.53.R5-LambdaInsideVPC",
        on="SignIn",
    ),
)

PERMISSIONS = (
    *_any_resource(
        "Lambda attaches a function to the VPC with these, and names no resource before it is "
        "made; the code of the function is denied them by lambda:SourceFunctionArn.",
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ),
    *_any_resource(
        "X-Ray knows no resource for a trace.",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ),
    *_acknowledge(
        "Each action that this is about has a reason of its own: any-resource[...], above.",
        "AwsSolutions-IAM5[Resource::*]",
        on=_FUNCTION_ROLE,
    ),
    *_acknowledge(
        "A role serves one function; its policy is no other's, and goes away with it.",
        "NIST.800.53.R5-IAMNoInlinePolicy",
    ),
    *_acknowledge(
        "The role is a service's, and the policy is the one that AWS keeps for just that service.",
        *(
            _SERVICE_POLICY.format(policy)
            for policy in (
                "AWSBackupServiceRolePolicyForBackup",
                "AWSBackupServiceRolePolicyForRestores",
                "AWSCodeDeployRoleForLambdaLimited",
                "AmazonAPIGatewayPushToCloudWatchLogs",
                "AmazonRDSEnhancedMonitoringRole",
            )
        ),
    ),
)

STREAM = (
    *_acknowledge(
        "It wants the key aws/kinesis; a key of the customer's own can be withdrawn and audited.",
        "AwsSolutions-KDS3",
        on="EventStream*",
    ),
    *_acknowledge("It is the dead-letter queue.", "AwsSolutions-SQS3", on="EventStreamDead*"),
)

DATABASE = (
    *_acknowledge(
        "cdk destroy has to leave nothing behind; what protects the data are the backups in two "
        "regions, which destroying asks for by name.",
        "AwsSolutions-RDS10",
        "NIST.800.53.R5-RDSInstanceDeletionProtectionEnabled",
    ),
    *_acknowledge(
        "Another port hides nothing: only the functions' group and the proxy's reach it.",
        "AwsSolutions-RDS11",
    ),
    *_acknowledge(
        "A replica takes its encryption from its source, which is encrypted; RDS refuses it here.",
        "AwsSolutions-RDS2",
        "NIST.800.53.R5-RDSStorageEncrypted",
        on="DatabaseReplica*",
    ),
    *_acknowledge(
        "The replica is for reports, can be made anew from the primary at any time, and holds "
        "nothing that the primary and its backups do not.",
        "AwsSolutions-RDS3",
        "NIST.800.53.R5-RDSMultiAZSupport",
        "NIST.800.53.R5-RDSInBackupPlan",
        on="DatabaseReplica*",
    ),
    *_acknowledge(
        "With another key every student would be somebody else: the pseudonyms of all that is "
        "stored are made with it. The database's own secret is rotated.",
        "AwsSolutions-SMG4",
        "NIST.800.53.R5-SecretsManagerRotationEnabled",
        on="ApplicationPseudonymKey*",
    ),
)

ERASURES = (
    *_acknowledge(
        "The list is written a few times a year, by one function. Every version stays, each entry "
        "is signed and holds who asked; a log of requests would need a bucket that lasts longer.",
        "AwsSolutions-S1",
        "NIST.800.53.R5-S3BucketLoggingEnabled",
        on="ApplicationErasureList*",
    ),
    *_acknowledge(
        "What is in the list is in the database too, whose backups go to the second region; the "
        "list is for backups from before an erasure, and lies beside them.",
        "NIST.800.53.R5-S3BucketReplicationEnabled",
        on="ApplicationErasureList*",
    ),
)

NETWORK = _acknowledge(
    "CloudFormation cannot empty the default group; nothing is in it (house rule own-groups).",
    "NIST.800.53.R5-VPCDefaultSecurityGroupClosed",
    on="NetworkVpc*",
)

ACKNOWLEDGED = (
    *FORM,
    *API,
    *FUNCTIONS,
    *IDENTITY,
    *PERMISSIONS,
    *STREAM,
    *DATABASE,
    *ERASURES,
    *NETWORK,
)
