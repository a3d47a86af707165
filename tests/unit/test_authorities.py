"""Whom a connection to the database may trust: named one by one, none about to end."""

from __future__ import annotations

import hashlib
import ssl
import time
from typing import Any

import pytest

from chalicelib.adapters.postgres.sign_in import AUTHORITIES

# sha256 of each certificate; docs/decisions/0008 says where they come from.
PINNED = {
    "Amazon RDS us-east-1 Root CA RSA2048 G1": "e4ce41d069f4bdcdb714259058961ee4",
    "Amazon RDS us-east-1 Root CA RSA4096 G1": "1c753cf0334ff82a47e0d3205839c854",
    "Amazon RDS us-east-1 Root CA ECC384 G1": "82d99e9e409703044c3f886f87a0408c",
    "Amazon RDS us-west-2 Root CA RSA2048 G1": "86e22f41c79b0de5777054189cfadbdd",
    "Amazon RDS us-west-2 Root CA RSA4096 G1": "2888c2f870f2a58ebdeef3a3340b2f98",
    "Amazon RDS us-west-2 Root CA ECC384 G1": "01926d42a0dc63915005f3d2b8d7c07e",
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962",
    "Starfield Services Root Certificate Authority - G2": "568d6905a2c88708a4b3025190edcfed",
}


@pytest.fixture
def trusted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(AUTHORITIES)
    return context


def test_those_who_are_trusted_are_the_ones_that_were_checked(trusted):
    digests = [
        hashlib.sha256(certificate).hexdigest()[:32]
        for certificate in trusted.get_ca_certs(binary_form=True)
    ]
    names = [name_of(certificate) for certificate in trusted.get_ca_certs()]

    assert dict(zip(names, digests, strict=True)) == PINNED


def test_none_ends_within_ten_years(trusted):
    soon = time.time() + 10 * 365 * 24 * 3600

    for certificate in trusted.get_ca_certs():
        assert ssl.cert_time_to_seconds(certificate["notAfter"]) > soon, certificate


def name_of(certificate: dict[str, Any]) -> str:
    subject = dict(pair for part in certificate["subject"] for pair in part)
    return str(subject["commonName"])
