"""What leaves the house is what was verified, without what stays inside; two runs are compared."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from audit_lib.errors import CallError, VerifyError
from audit_lib.files import sha256_file
from audit_lib.params import Run
from audit_lib.sampling import verify
from audit_lib.stages import release
from audit_lib.stages.release import _refuse_personal
from tests.scenario.conftest import FEW, quiet


def text_of(file: Path) -> str:
    if file.suffix == ".html":
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as book:
        return "\n".join(book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml"))


@pytest.mark.slow
def test_release_holds_the_verified_reports_without_what_stays_inside(copied: Run) -> None:
    assert release.publish(copied, progress=quiet)[-1].startswith("公布 2 个地区的报告")
    folder = copied.folder / "release"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {f"{area}/report.{kind}" for area in FEW for kind in ("html", "pdf", "docx", "xlsx")} <= files
    assert not [name for name in files if name.endswith(".ipynb")]
    said = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    assert said["drafts"] == {
        f"reports/{area}/report.html": sha256_file(copied.folder / "reports" / area / "report.html")
        for area in FEW
    }
    assert set(said["files"]) == files - {"release.json"}
    for path in folder.rglob("report.*"):
        if path.suffix != ".pdf":
            assert "送审稿" not in text_of(path)
            assert "演示数据" in text_of(path)
    checks = verify(folder / "draws" / "recheck" / "certificate.json")
    assert not [one for one in checks if one.ok is False]


def test_nothing_is_released_where_one_byte_of_an_input_differs(copied: Run) -> None:
    file = next((copied.data / "自查").glob("*.csv"))
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(VerifyError, match=r"^核验不一致, 不能公布:\n不一致: 输入 1 处\n  自查/"):
        release.publish(copied, progress=quiet)
    assert not (copied.folder / "release").exists()


def test_reports_of_other_data_are_not_released(copied: Run) -> None:
    with copied.file.open("a", encoding="utf-8") as file:
        file.write("# 说明\n")
    with pytest.raises(
        VerifyError, match=r"^有 2 份报告不是按现在的数据写的, 请先运行 audit report: 990102、GLW000$"
    ):
        release.publish(copied, progress=quiet)


def test_file_that_tells_personal_data_stops_the_release() -> None:
    files = {"a.html": "<p title='x'>电话<b>13912345678</b></p>".encode(), "b.json": b"{}"}
    with pytest.raises(VerifyError, match=r"^有个人信息, 不能公布: a\.html: 未遮盖的手机号 1 个$"):
        _refuse_personal(files)


def test_comparison_is_written_into_the_later_run(copied: Run, tmp_path: Path) -> None:
    before = tmp_path / "runs" / "first"
    shutil.copytree(copied.folder, before)
    lines = release.compare(before, copied.folder)
    assert (
        lines[0]
        == "结论有变化的地区 0 个、判定或依据有变化的条款 0 条、有变化的指标 0 个、新增、删除和改动 0 处、其他不同之处 0 处"
    )
    assert {path.name for path in (copied.folder / "compare").iterdir()} == {"first.html", "first.xlsx"}
    with pytest.raises(CallError, match=r"^两个文件夹是同一次运行$"):
        release.compare(before, before)
