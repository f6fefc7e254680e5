"""A finished run made again from its manifest, in a folder that is thrown away, and compared byte by byte."""

from __future__ import annotations

import datetime as dt
import glob
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit_lib.errors import InputError, Text
from audit_lib.intake.databases import is_url
from audit_lib.params import OUTPUT, Params, Run, expand_environment, read_params
from audit_lib.stages import field, inputs, plans, results, weekly
from audit_lib.stages.results import Step

AGREES, DIFFERS = Text("一致", "agrees"), Text("不一致", "DIFFERS")


def verify_run(
    folder: Path, *, params: Path | None, data: Path | None = None, progress: Step
) -> tuple[list[str], bool]:
    """Make a run again in a temporary folder and compare every byte.

    Parameters
    ----------
    folder : of the run, with its manifest
    params, data : the params file and the folder of the inputs, where the run record of this machine
        does not say where they lie

    Returns
    -------
    lines to say, and whether nothing differs; inputs that differ are told and nothing is made again

    Raises
    ------
    InputError   no manifest, or no params file to be found
    """
    from audit_lib.reporting import (  # noqa: PLC0415 - matplotlib, papermill
        compare_trees,
        list_changed,
        read_manifest,
        run_files,
    )
    from audit_lib.reporting.writing import told  # noqa: PLC0415

    said = read_manifest(folder)
    file, data = (params, data) if params else _where(folder, said)
    with tempfile.TemporaryDirectory() as place, told(OUTPUT, place):
        if wrong := list_changed(said["inputs"][:1], file.parent):
            return _verdict("输入", wrong)
        run = read_params(file, as_of=dt.date.fromisoformat(said["params"]["as_of"]))
        run = run if data is None else replace(run, data=data)
        if run.params != Params.model_validate(said["params"]):
            return _verdict("参数", [Text("清单中的参数与参数文件不同", "not those of the params file")])
        if run.params.make and run.data.is_relative_to(place):
            inputs.make_demo(run)
        changed = [
            *(_changed_input(run, one) for one in said["inputs"][1:]),
            *list_changed(said["rulebook"], run.file.resolve().parent / run.params.rulebook),
            *list_changed(said["campaign"], _campaign(folder)),
        ]
        if wrong := [one for one in changed if one]:
            return _verdict("输入", wrong)
        if _campaign(folder).is_dir():
            shutil.copytree(_campaign(folder), run.campaign)
        names = [path.relative_to(folder).as_posix() for path in run_files(folder)]
        outputs = {one["path"]: one["sha256"] for one in said["outputs"]}
        _make_again(run, list(outputs), progress)
        made = [path.relative_to(run.folder).as_posix() for path in run_files(run.folder)]
        left = [name for name in names if name.partition("/")[0] not in MAKERS]
        checked = {name: digest for name, digest in outputs.items() if name not in left}
        wrong = compare_trees(checked, folder, run.folder, [name for name in names if name not in left], made)
        wrong += _other_inputs(said, read_manifest(run.folder))
        wrong += list_changed([{"path": name, "sha256": outputs.get(name, "")} for name in left], folder)
        lines, agreed = _verdict("输出", wrong)
        inputs_n, campaign_n = len(said["inputs"]), len(said["campaign"])
        counted = Text(
            f"核对输入 {inputs_n} 个、抽样和答复 {campaign_n} 个, 重做文件 {len(made)} 个",
            f"checked {inputs_n} inputs and {campaign_n} files of the campaign; made {len(made)} files again",
        )
        return [str(counted), *_notes(said, read_manifest(run.folder), left), *lines], agreed


def _where(folder: Path, said: Mapping[str, Any]) -> tuple[Path, Path]:
    """Return the params file and the folder of the inputs as the run record has them."""
    from audit_lib.reporting import read_record  # noqa: PLC0415 - as above

    for line in reversed(read_record(folder)):
        if Path(line["params"]).is_file():
            return Path(line["params"]), Path(line["data"])
    name = said["inputs"][0]["path"]
    raise InputError(
        f"找不到这次运行的参数文件 {name}, 请用 --params 指明",
        f"the params file {name} of this run is not found, name it with --params",
    )


def _campaign(folder: Path) -> Path:
    return folder.resolve().parents[1] / "campaign"


def _changed_input(run: Run, one: Mapping[str, str]) -> Text | None:
    """Return how an input differs from its digest; rows of a database are known once they are read again."""
    from audit_lib.reporting import changed_file  # noqa: PLC0415 - as above

    name = one["path"]
    in_database = is_url(name) or "${" in name
    return None if in_database else changed_file(name, one["sha256"], _input(run, name))


def _input(run: Run, name: str) -> Path:
    """Return where an input lies: in the data folder, else where a pattern of the params finds its name."""
    if (run.data / name).is_file():
        return run.data / name
    patterns = [pattern for sources in run.params.inputs.values() for one in sources for pattern in one.files]
    patterns += [*run.params.findings, *(one.scores for one in run.params.draws.values() if one.scores)]
    outside = (expand_environment(pattern) for pattern in patterns)
    found = (Path(path) for one in outside if one for path in glob.glob(one, root_dir=run.data))  # noqa: PTH207
    return next((run.data / path for path in found if path.name == name), run.data / name)


def _make_again(run: Run, names: list[str], progress: Step) -> None:
    """Walk the stages that made these files, in the order of the house."""
    for part, make in MAKERS.items():
        mine = [name for name in names if name.partition("/")[0] == part]
        if mine:
            make(run, mine, progress)


def _report(run: Run, names: list[str], progress: Step) -> None:
    """Write the reports again, each in the formats that lie there."""
    from audit_lib.reporting import FORMATS  # noqa: PLC0415 - as above

    kinds: dict[str, set[str]] = {}
    for name in names:
        kinds.setdefault(name.split("/")[1], set()).add(Path(name).suffix.removeprefix("."))
    groups: dict[tuple[str, ...], list[str]] = {}
    for area, there in sorted(kinds.items()):
        groups.setdefault(tuple(one for one in FORMATS if one in there), []).append(area)
    for formats, areas in groups.items():
        results.report(run, areas, every=True, formats=formats, progress=progress)


def _compare_frames(run: Run, names: list[str], _progress: Step) -> None:
    for name in names:
        field.diff(run, Path(name).stem)


def _plan(run: Run, names: list[str], _progress: Step) -> None:
    for name in names:
        # An equal plan is left alone, so this time is never written.
        plans.plan(run, Path(name).stem, now=dt.datetime.fromtimestamp(0, dt.UTC))


def _weekly(run: Run, names: list[str], _progress: Step) -> None:
    for friday in sorted({name.split("/")[1] for name in names}):
        weekly.weekly(run, friday)


MAKERS: dict[str, Callable[[Run, list[str], Step], object]] = {
    "intake": lambda run, names, progress: inputs.read(run),
    "plan": _plan,
    "diff": _compare_frames,
    "assign": lambda run, names, progress: field.assign(run),
    "field": lambda run, names, progress: field.sheets(run),
    "judgement": lambda run, names, progress: results.judge(run),
    "reports": _report,
    "weekly": _weekly,
}
"""Which stage makes the files of each folder of a run."""


def _other_inputs(said: Mapping[str, Any], again: Mapping[str, Any]) -> list[Text]:
    """Return the inputs that were read this time and not then, or said something else then."""
    known = {one["path"]: one["sha256"] for one in said["inputs"]}
    told = []
    for one in again["inputs"]:
        name = one["path"]
        if name not in known:
            told.append(
                Text(f"{name}: 清单上没有的输入", f"{name}: an input that the manifest does not know")
            )
        elif known[name] != one["sha256"]:
            told.append(Text(f"{name}: 内容与清单中的摘要不同", f"{name}: not the rows of the manifest"))
    return told


def _notes(said: Mapping[str, Any], again: Mapping[str, Any], left: list[str]) -> list[str]:
    """Say what explains a difference, though nothing was promised of it: another program, other fonts."""
    words = {
        "versions": Text("程序包版本", "package versions"),
        "code": Text("程序代码", "code"),
        "lock": Text("锁定文件", "lock"),
        "platform": Text("系统", "platform"),
        "fonts": Text("字体", "fonts"),
    }
    other = [str(word) for key, word in words.items() if said.get(key) != again.get(key)]
    notes = (
        [Text(f"注意: 与当时不同的有 {'、'.join(other)}", f"note: other than then: {', '.join(other)}")]
        if other
        else []
    )
    if left:
        folders = sorted({name.partition("/")[0] for name in left})
        notes.append(
            Text(
                f"注意: {'、'.join(folders)} 没有重做, 只核对了摘要",
                f"note: {', '.join(folders)} not made again, only their digests were checked",
            )
        )
    return [str(note) for note in notes]


def _verdict(what: str, told: list[Text]) -> tuple[list[str], bool]:
    if not told:
        return [str(AGREES)], True
    english = {"输入": "inputs", "输出": "outputs", "参数": "params"}[what]
    head = Text(f"不一致: {what} {len(told)} 处", f"DIFFERS: {english}, {len(told)} places")
    return [str(head), *(f"  {one}" for one in told)], False
