"""Every command that reads a params file does so, and tells a user's error as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from audit_lib.cli import main

ON_PARAMS = [
    name for name, command in main.commands.items() if any(one.name == "params" for one in command.params)
]
MORE = {"collect": ["没有.xlsx"], "diff": ["--draw", "recheck"]}
"""What a command asks for besides."""


@pytest.mark.parametrize("name", [one for one in ON_PARAMS if one != "verify-run"])
def test_command_is_handed_its_run_and_tells_what_is_wanting(name: str, tmp_path: Path) -> None:
    params = tmp_path / "p.yaml"
    draws = "draws: {recheck: {purpose: recheck, cutoff: 2014-03-24, seed_source: 掷骰}}\n"
    text = (
        "run: t\ncampaign: c\noutput: out\nareas: areas.csv\ninputs: {units: [{files: [名录/*]}]}\n" + draws
    )
    params.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, [name, str(params), *MORE.get(name, [])])
    assert isinstance(done.exception, SystemExit | None), done.exc_info
    assert done.exit_code
    assert done.output
