"""The deployment package: for the right processor, small, quick to import, always the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from chalice.cli.factory import CLIFactory
from chalice.deploy.validate import validate_configuration

from infrastructure.parts import packaging

MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def package(synthesize) -> Path:
    """Return the zip that the functions are made from."""
    stack = synthesize("dev").stack
    assets = Path(stack.node.root.outdir).glob("asset.*.zip")
    [found] = [path for path in assets if "app.py" in zipfile.ZipFile(path).namelist()]
    return found


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(package).extractall(folder)
    return folder


ARM, X86 = b"\xb7\x00", b"\x3e\x00"


def test_the_package_is_for_the_processor_of_its_functions(package, synthesize):
    functions = synthesize("dev").of_type("AWS::Serverless::Function").values()
    [wanted] = {tuple(function["Architectures"]) for function in functions}

    packaging.check(package, wanted=wanted[0])


GOOD = {f"{prefix}cp.so": ARM for prefix in packaging.BINARIES}


@pytest.mark.parametrize("lacking", packaging.BINARIES)
def test_a_package_that_lacks_a_binary_is_refused(tmp_path, lacking):
    there = {name: machine for name, machine in GOOD.items() if not name.startswith(lacking)}

    with pytest.raises(packaging.PackageError, match=f"no {lacking[:-1]}"):
        packaging.check(zipped(tmp_path, there), wanted="arm64")


@pytest.mark.parametrize(
    ("machine", "words"), [(X86, "is for x86_64"), (b"\x28\x00", "another processor")]
)
def test_a_package_that_is_for_another_processor_is_refused(tmp_path, machine, words):
    packaging.check(zipped(tmp_path, GOOD), wanted="arm64")

    with pytest.raises(packaging.PackageError, match=words):
        packaging.check(
            zipped(tmp_path, {**GOOD, "psycopg2/_psycopg.cp.so": machine}), wanted="arm64"
        )


def zipped(folder: Path, binaries: dict[str, bytes]) -> Path:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name, machine in binaries.items():
            opened.writestr(name, b"\x7fELF" + bytes(14) + machine)
    return path


def test_functions_run_on_arm64_where_the_wheels_allow():
    assert packaging.architecture((3, 11)) == "x86_64"
    assert packaging.architecture((3, 12)) == packaging.architecture((3, 13)) == "arm64"


@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_there_are_wheels_for_arm64_where_they_are_said_to_be(python, tmp_path):
    requirements = packaging.RUNTIME / "requirements.txt"
    glibc = [f"manylinux_2_{minor}" for minor in range(17, 35)]  # that of Amazon Linux 2023
    platforms = [f"--platform={one}_aarch64" for one in ("manylinux2014", *glibc)]
    quiet = ("-q", "--no-input", "--disable-pip-version-check", "--no-deps")
    wanted = ("--only-binary=:all:", f"--python-version={python}", *platforms)
    files = ("-r", str(requirements), "-d", str(tmp_path))
    command = [sys.executable, "-m", "pip", "download", *quiet, *wanted, *files]
    subprocess.run(command, check=True, timeout=120)
    assert len(list(tmp_path.glob("*.whl"))) == requirements.read_text().count("==") > 0


def test_the_package_is_small(package, record_property, capsys):
    size = package.stat().st_size
    with capsys.disabled():
        print(f"\n  package: {size / 1e6:.1f} MB zipped (goal: below {MOST_BYTES / 1e6:.0f})")
    assert size < MOST_BYTES


def test_the_package_has_what_it_reads_and_nothing_of_the_machine(package):
    names = zipfile.ZipFile(package).namelist()

    for needed in ("authorities.pem", "roles.sql", "sql/folding.sql"):
        assert f"chalicelib/adapters/postgres/{needed}" in names
    assert not [n for n in names if n.startswith((".chalice", "tests")) or n.endswith(".pyc")]
    assert not [n for n in names if n.startswith(("boto3/", "botocore/"))]


def test_the_package_alone_imports_the_app_and_says_how_long_it_takes(unpacked, capsys):
    if packaging.architecture() != "x86_64" or os.uname().machine != "x86_64":
        pytest.skip("the package is for another processor than this machine's")
    isolated = [sys.executable, "-I", "-S", "-B", "-c"]
    code = f"import sys; sys.path.insert(0, {str(unpacked)!r}); {{}}"
    seconds: list[float] = []
    for work in ("pass", "import app"):
        began = time.perf_counter()
        subprocess.run([*isolated, code.format(work)], check=True, timeout=60)
        seconds.append(time.perf_counter() - began)
    with capsys.disabled():
        print(f"\n  cold import of the package: {seconds[1] - seconds[0]:.2f} s")


def test_chalice_finds_nothing_wrong_with_its_configuration():
    validate_configuration(
        configuration(iam_role_arn="arn:aws:iam::000000000000:role/each-its-own")
    )


def test_a_configuration_that_chalice_would_refuse_is_noticed():
    with pytest.raises(ValueError, match="iam_role_arn"):
        validate_configuration(configuration())


def configuration(**stage: str) -> Any:
    """Return Chalice's configuration as a deployment has it; `stage` is what CDK adds."""
    factory = CLIFactory(str(packaging.RUNTIME), environ={"AWS_DEFAULT_REGION": "us-east-1"})
    return factory.create_config_obj(user_provided_params={**stage})
