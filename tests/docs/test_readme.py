"""What the README tells people to type exists."""

from __future__ import annotations

import re
import subprocess

from local.paths import PROJECT

README = (PROJECT / "README.md").read_text()


def test_every_make_target_of_the_readme_is_one_and_is_listed_by_help():
    listed = subprocess.run(
        ["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    named = set(re.findall(r"make ([a-z-]+)", README)) - {"help"}
    assert named >= {"run", "demo", "test", "bench"}
    assert [target for target in sorted(named) if f"make {target}" not in listed] == []


def test_every_command_of_the_readme_is_one():
    known = subprocess.run(
        [PROJECT / ".venv/bin/python", "-m", "local", "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    named = set(re.findall(r"python -m local ([a-z]+)", README))
    assert named >= {"status", "digest", "import"}
    assert [command for command in sorted(named) if command not in known] == []


def test_every_file_that_the_readme_and_the_docs_point_to_is_there():
    pages = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
    targets = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
    ]
    assert targets
    assert [one for one in targets if not (one[0].parent / one[1]).exists()] == []
