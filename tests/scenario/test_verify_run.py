"""A run is made again and compared; whatever was touched is named, to the byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit_lib.errors import InputError
from audit_lib.params import OUTPUT, Run, read_params
from audit_lib.stages import rerun
from tests.scenario.conftest import quiet

AUDIT = Path(sys.executable).with_name("audit")


def verify(run: Run) -> tuple[list[str], bool]:
    return rerun.verify_run(run.folder, params=run.file, progress=quiet)


def flip(file: Path, place: int) -> None:
    """Change one byte, counted from 1."""
    data = bytearray(file.read_bytes())
    data[place - 1] ^= 1
    file.write_bytes(bytes(data))


def line_of(file: Path, place: int) -> int:
    return file.read_bytes()[: place - 1].count(b"\n") + 1


@pytest.mark.slow
def test_untouched_run_agrees_and_each_touched_output_is_named(copied: Run) -> None:
    before = dict(os.environ)
    lines, agreed = verify(copied)
    assert (lines[-1], agreed) == ("一致", True), lines
    assert dict(os.environ) == before
    county = copied.folder / "reports" / "990102"
    other = copied.folder / "reports" / "GLW000"
    for place, kind in enumerate(("docx", "html", "ipynb", "pdf", "xlsx"), start=1):
        flip(other / f"report.{kind}", 1000 * place)
    flip(county / "report.html", 2000)
    (county / "report.xlsx").unlink()
    (county / "note.txt").write_bytes(b"of somebody else")
    flip(copied.folder / "intake" / "problems.xlsx", 700)
    manifest = copied.folder / "manifest.json"
    said = json.loads(manifest.read_text(encoding="utf-8"))
    (rules,) = [one for one in said["outputs"] if one["path"] == "judgement/rules.parquet"]
    rules["sha256"] = "0" * 64
    manifest.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    line = line_of(county / "report.html", 2000)
    touched = {"html": line_of(other / "report.html", 2000), "ipynb": line_of(other / "report.ipynb", 3000)}
    lines, agreed = verify(copied)
    assert not agreed
    assert lines[1:] == [
        "不一致: 输出 10 处",
        "  intake/problems.xlsx: 从第 700 字节起与重做的不同",
        "  judgement/rules.parquet: 内容与清单中的摘要不同",
        "  reports/990102/note.txt: 不在清单上",
        f"  reports/990102/report.html: 从第 2000 字节(第 {line} 行)起与重做的不同",
        "  reports/990102/report.xlsx: 找不到",
        "  reports/GLW000/report.docx: 从第 1000 字节起与重做的不同",
        f"  reports/GLW000/report.html: 从第 2000 字节(第 {touched['html']} 行)起与重做的不同",
        f"  reports/GLW000/report.ipynb: 从第 3000 字节(第 {touched['ipynb']} 行)起与重做的不同",
        "  reports/GLW000/report.pdf: 从第 4000 字节起与重做的不同",
        "  reports/GLW000/report.xlsx: 从第 5000 字节起与重做的不同",
    ]


def test_one_changed_byte_of_an_input_is_named_and_nothing_is_made_again(copied: Run) -> None:
    file = next((copied.data / "自查").glob("*.csv"))
    flip(file, 300)
    gone = copied.data / "省核查" / "检查表逐项结果.csv"
    gone.unlink()
    flip(copied.campaign / "draws" / "recheck" / "plan.json", 12)
    lines, agreed = verify(copied)
    assert not agreed
    assert lines == [
        "不一致: 输入 3 处",
        "  省核查/检查表逐项结果.csv: 找不到",
        f"  自查/{file.name}: 内容与清单中的摘要不同",
        "  draws/recheck/plan.json: 内容与清单中的摘要不同",
    ]


def test_changed_params_are_named_before_anything_else(copied: Run) -> None:
    with copied.file.open("a", encoding="utf-8") as file:
        file.write("# 说明\n")
    assert verify(copied) == (["不一致: 输入 1 处", "  params.yaml: 内容与清单中的摘要不同"], False)


def test_command_exits_with_one_and_asks_for_params_it_cannot_find(copied: Run) -> None:
    def audit(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(AUDIT), "verify-run", str(copied.folder), *words],
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip

    lost = audit()
    assert lost.returncode == 1
    assert lost.stderr.endswith("找不到这次运行的参数文件 params.yaml, 请用 --params 指明\n")
    flip(copied.data / "areas.csv", 1)
    assert audit("--params", str(copied.file)).returncode == 1


def test_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^读不到文件 manifest\.json$"):
        rerun.verify_run(tmp_path, params=None, progress=quiet)
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json 不是完整的清单, 请重新运行 audit report$"):
        rerun.verify_run(tmp_path, params=None, progress=quiet)


def test_output_folder_of_the_environment_goes_before_that_of_the_params(
    copied: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OUTPUT, str(tmp_path / "apart"))
    assert read_params(copied.file).output == tmp_path / "apart"
