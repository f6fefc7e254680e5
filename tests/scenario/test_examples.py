"""The worked investigations run on a made-up province, and what they are about is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit_lib.reporting import kernels
from audit_lib.reporting.executed import execute

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))
SAYS = {
    "claimed_list": "抽检名单与随机抽取不符, 抽检结果不能推算全体",
    "repeated_records": "隐患描述",
    "zero_hazards": "全县零隐患",
}


@pytest.mark.slow
@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example_shows_what_it_is_about(judged, file):
    run = judged(2014).run
    with kernels.ordinary_kernels() as manager:
        book = execute(file, {"params_file": str(run.file)}, manager=manager)
    shown = "".join(
        str(output.get("data", {}).get("text/html", ""))
        for cell in book.cells
        for output in cell.get("outputs", [])
    )
    assert SAYS[file.stem] in shown
