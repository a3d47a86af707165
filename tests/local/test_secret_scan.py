"""The check for secrets finds one that is there."""

from __future__ import annotations

import pytest

from local.secret_scan import findings

SECRETS = [
    "AWS_ACCESS_KEY_ID = 'AKIA" + "QWERTYUIOPASDFGH'",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "password = 'correct-horse" + "-battery-staple'",
]


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_is_found_where_it_stands(tmp_path, line):
    (tmp_path / "settings.py").write_text(f"first = 1\n{line}\n")

    found = findings(tmp_path, "settings.py")

    assert found
    assert all(one.startswith("settings.py:2: ") for one in found)


def test_what_has_been_looked_at_is_not_found_again(tmp_path):
    (tmp_path / "settings.py").write_text('password = "local"  # noqa: S105  # it takes any\n')

    assert findings(tmp_path, "settings.py") == []
