"""The list of erasures, and the heads of the ledger: outside of the database.

So no restore forgets who was erased, and nobody who owns the database makes its ledger anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from infrastructure.names import globally_named

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct


def erasure_list(scope: Construct, *, suffix: str, key: kms.IKey) -> s3.Bucket:
    """Return the bucket; every version of an entry is kept, and no function may delete one.

    No object lock: it would outlive the deployment, which has to be destroyable.
    """
    return s3.Bucket(
        scope,
        "ErasureList",
        bucket_name=globally_named("erasure-list", suffix, account=Stack.of(scope).account),
        versioned=True,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        removal_policy=RemovalPolicy.DESTROY,
    )
