"""Making the folder: the files, the params that run on them, and last of all the truth."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path

from audit_lib.demo.findings import write_findings
from audit_lib.demo.handing import write_files
from audit_lib.demo.province import Province, build_province
from audit_lib.demo.real_life import names_written
from audit_lib.demo.truth import RULES
from audit_lib.files import write_text

ABOUT = """演示数据

本文件夹里的省份、市、县、单位、人员、隐患和问题都是编造的, 与任何真实地区、单位、个人无关。
区划代码 99 开头, 真实的区划代码里没有 99。故意放进去的问题和不是问题的相似情形见 truth.json。
有一个文件带密码(人员/鹤滩市检查人员名册.xlsx), 读不出是意料之中的。
"""


def make_province(folder: Path, *, units: int = 20_000, seed: int = 2014) -> None:
    """Write a made-up province's files, the params that run on them and the truth about them.

    Equal ``units`` and ``seed`` give equal bytes. ``truth.json`` is written last: a folder
    without it is not finished.

    Parameters
    ----------
    folder : made if missing; files of an earlier demo in it are written over
    units : units in the roster

    Raises
    ------
    CallError    too few units
    WriteError   a file is open elsewhere, or the disk is full
    """
    (folder / "truth.json").unlink(missing_ok=True)
    province = build_province(units, seed)
    write_files(province, folder)
    columns = ["code", "name", "level", "parent_code", "own_city", "notes"]
    areas = province.areas[columns].to_csv(index=False, lineterminator="\n")
    write_text(folder / "areas.csv", areas)
    write_text(folder / "说明.txt", ABOUT)
    write_text(folder / "params.yaml", params_text(units=units, seed=seed))
    write_findings(province, folder, seed)
    write_text(folder / "truth.json", _truth(province, units, seed))


def params_text(*, run: str = "demo", units: int, seed: int = 2014, make: bool = False) -> str:
    """Return the params that run on a demo of this size and seed; with ``make`` they make it first.

    The campaign carries both, so that the draws of one made-up province are never taken for
    another's. ``params/demo.yaml`` and ``params/tiny.yaml`` are written by this and tested against it.
    """
    text = resources.files("audit_lib").joinpath("demo", "params.yaml").read_text(encoding="utf-8")
    text = text.replace("run: demo\n", f"run: {run}\n").replace("(演示数据)", f"(演示数据 {units}-{seed})", 1)
    if not make:
        return text
    return f"{text}\n# 运行之前先造数据: 单位数和种子。\nmake:\n  units: {units}\n  seed: {seed}\n"


def _truth(province: Province, units: int, seed: int) -> str:
    faults = [
        {"rule_id": one.rule_id, "level": one.level, "subject": one.subject, "note": one.note}
        for one in province.faults
    ]
    signals = [dataclasses.asdict(one) for one in province.traces]
    truth = {"note": "演示数据", "units": units, "seed": seed, "rules": list(RULES), "faults": faults}
    truth |= {"signals": signals, "names": names_written(province.tables)}
    return json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
