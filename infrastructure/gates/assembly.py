"""Reads a cloud assembly: what `cdk synth` writes, and `cdk deploy --app` takes."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infrastructure.gates.expansion import Template


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StackTemplate:
    """One stack of an assembly."""

    name: str
    region: str
    template: Template


def stacks(assembly: Path) -> Iterator[StackTemplate]:
    """Give the stacks of an assembly."""
    for name, artifact in _artifacts(assembly, "aws:cloudformation:stack"):
        template = json.loads((assembly / artifact["properties"]["templateFile"]).read_text())
        region = artifact["environment"].rpartition("/")[2]
        yield StackTemplate(name=name, region=region, template=template)


def code(assembly: Path) -> set[str]:
    """Return the hashes of what functions run: all files that are uploaded but the templates."""
    hashes: set[str] = set()
    for _, artifact in _artifacts(assembly, "cdk:asset-manifest"):
        files = json.loads((assembly / artifact["properties"]["file"]).read_text())["files"]
        hashes |= {
            digest
            for digest, file in files.items()
            if not file["source"]["path"].endswith(".template.json")
        }
    return hashes


def _artifacts(assembly: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    manifest = json.loads((assembly / "manifest.json").read_text())
    for name, artifact in manifest["artifacts"].items():
        if artifact["type"] == kind:
            yield name, artifact
