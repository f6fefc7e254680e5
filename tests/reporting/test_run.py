"""Many reports: threads, failures, manifest, the same bytes from either kind of kernel."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cases
import jsonschema
import pytest
from runs import PARAMS, bytes_of, judged_run, quiet

from audit_lib.compliance import write_judgement
from audit_lib.errors import CallError, JudgeError, ParamsError, ReportError
from audit_lib.files import sha256_file
from audit_lib.params import Run
from audit_lib.reporting import executed, fresh, open_case, report_areas, write_manifest
from audit_lib.reporting import run as running
from audit_lib.reporting.case import find_run
from audit_lib.reporting.kernels import _ask, forked_kernels, ordinary_kernels
from audit_lib.shipped import notebook as shipped


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return judged_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def written(run: Run) -> Run:
    results = report_areas(run, [cases.PROVINCE, cases.COUNTY], progress=quiet)
    assert [str(one.error) for one in results if one.error] == []
    return run


def test_each_area_has_every_format_and_its_notebook(written: Run) -> None:
    assert set(bytes_of(written)) == {
        f"{area}/report.{kind}"
        for area in (cases.PROVINCE, cases.COUNTY)
        for kind in ("docx", "html", "ipynb", "pdf", "xlsx")
    }


@pytest.mark.slow
def test_another_folder_and_another_kind_of_kernel_give_the_same_bytes(
    written: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_kernels", lambda run: ordinary_kernels())
    other = judged_run(tmp_path)
    report_areas(other, [cases.PROVINCE, cases.COUNTY], progress=quiet)
    assert bytes_of(other) == bytes_of(written)


@pytest.mark.slow
def test_plain_papermill_gives_the_same_bytes(written: Run, tmp_path: Path) -> None:
    other = judged_run(tmp_path)
    words = ["-p", "params_file", str(other.file), "-r", "area", cases.COUNTY, "--no-progress-bar"]
    command = [
        Path(sys.executable).with_name("papermill"),
        shipped("2_acceptance"),
        tmp_path / "made.ipynb",
        *words,
    ]
    subprocess.run(command, check=True, capture_output=True)
    made, due = bytes_of(other), bytes_of(written)
    formats = {f"{cases.COUNTY}/report.{kind}" for kind in ("html", "pdf", "docx", "xlsx")}
    assert set(made) == formats
    assert made == {name: due[name] for name in formats}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks its kernels")
def test_server_has_one_thread_when_it_forks(run: Run) -> None:
    with forked_kernels(str(run.file)) as manager:
        # What a child of several threads inherits are locks that nobody will open again. The thread
        # of Arrow's allocator knows of forks (it holds its locks over them) and is none of ours.
        _ask(manager.provisioner_class.address, {"argv": ["--help"], "cwd": str(run.output)})
        server = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()[-1]
        names = [(one / "comm").read_text().strip() for one in Path("/proc", server, "task").iterdir()]
        assert len([name for name in names if name != "jemalloc_bg_thd"]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks its kernels")
def test_server_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReportError) as told:
        _ask(str(tmp_path / "nobody"), {})
    assert str(told.value) == "报告用的内核服务没有启动"


def test_kernel_that_ended_before_it_answered_is_begun_anew() -> None:
    dead, made = RuntimeError("Kernel died before replying to kernel_info"), object()
    starts: list[object] = [dead, dead, made]

    def run_once() -> object:
        one = starts.pop(0)
        if isinstance(one, RuntimeError):
            raise one
        return one

    assert executed._begin(run_once, Path("2_acceptance.ipynb")) is made
    starts += [dead, dead, dead, made]
    with pytest.raises(ReportError) as told:
        executed._begin(run_once, Path("2_acceptance.ipynb"))
    assert str(told.value) == (
        "2_acceptance.ipynb 的内核没有启动, 请重新运行: Kernel died before replying to kernel_info"
    )


def test_executed_notebook_keeps_no_trace_of_machine_or_time(written: Run) -> None:
    text = (written.folder / "reports" / cases.COUNTY / "report.ipynb").read_text(encoding="utf-8")
    content = json.loads(text)
    assert str(written.output.parent) not in text
    assert "papermill" not in content["metadata"]
    assert [cell["id"] for cell in content["cells"]] == [
        f"cell-{place:02d}" for place in range(len(content["cells"]))
    ]
    assert not [cell for cell in content["cells"] if "execution" in cell["metadata"]]
    assert '\\"0x' not in text


def test_failing_area_names_its_cell_and_the_others_go_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "2_acceptance.ipynb"
    content = json.loads(shipped("2_acceptance").read_text(encoding="utf-8"))
    content["cells"][4]["source"] = [
        f'case = reporting.open_case(params_file, area.replace("{cases.CITY}", "990999"))'
    ]
    broken.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(running, "shipped_notebook", lambda name: broken)
    seen: list[tuple[int, int, str]] = []
    results = report_areas(run, [cases.CITY, cases.LONE], progress=lambda *step: seen.append(step))
    failed, fine = results
    assert str(failed.error) == (
        "报告 990100 没有写成: 2_acceptance.ipynb 第 4 个代码单元"
        '(case = reporting.open_case(params_file, area.replace("990100", "990999"))): '
        "ReportError: 没有代码为“990999”的地区; 省的代码是 990000, 其他的见参数 areas 所写的地区表"
    )
    assert failed.trace == "没有代码为“990999”的地区; 省的代码是 990000, 其他的见参数 areas 所写的地区表"
    assert not (failed.folder / "report.html").exists()
    assert fine.error is None
    assert (fine.folder / "report.html").exists()
    assert sorted(done for done, _, _ in seen) == [1, 2]
    shutil.rmtree(fine.folder)


def test_unknown_parameter_is_refused_before_anything_runs() -> None:
    with pytest.raises(CallError, match=r"^笔记本 2_acceptance\.ipynb 没有参数 aera, 有: area、params_file$"):
        running.execute(shipped("2_acceptance"), {"aera": "990000"})


def test_unknown_area_is_refused(run: Run) -> None:
    with pytest.raises(CallError, match=r"^没有这些地区: 990999$"):
        report_areas(run, ["990999"], progress=quiet)


def test_counties_that_do_not_add_up_stop_every_report(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    wrong = cases.indicators()
    wrong.loc[(wrong["area"] == cases.LONE) & (wrong["indicator"] == "coverage"), "numerator"] = 299
    write_judgement(dataclasses.replace(cases.judgement(), indicators=wrong), run.folder / "judgement")
    for stage in (lambda: report_areas(run, None, progress=quiet), lambda: write_manifest(run)):
        with pytest.raises(JudgeError, match=r"^指标的下级之和与本级不等: 990000 coverage$"):
            stage()
    assert not (run.folder / "reports").exists()
    assert not (run.folder / "manifest.json").exists()


def test_run_without_judgement_says_what_to_do_first(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    file = tmp_path / "params.yaml"
    with pytest.raises(ReportError, match=r"^运行 手工 还没有判定结果, 请先运行 audit judge "):
        open_case(file, cases.PROVINCE)


def test_area_called_by_its_name_is_told_its_code(run: Run) -> None:
    with pytest.raises(ReportError) as refused:
        open_case(run.file, "青原")
    assert refused.value.text.zh == (
        "没有代码为“青原”的地区, 是不是 990100(青原市); 省的代码是 990000, 其他的见参数 areas 所写的地区表"
    )


def test_params_file_in_neither_folder_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParamsError) as refused:
        open_case("params/demo.yaml", cases.PROVINCE)
    assert refused.value.text.zh == (
        f"找不到参数文件 params/demo.yaml: {tmp_path} 和上一层文件夹里都没有; params_file 应写运行时所用的参数文件"
    )


def test_area_that_papermill_made_a_number_is_understood(run: Run) -> None:
    assert open_case(run.file, int(cases.CITY)).name == "青原市"


def test_manifest_holds_every_file_and_no_time(written: Run) -> None:
    path = write_manifest(written)
    first = path.read_bytes()
    content = json.loads(first)
    due = {"inputs", "outputs", "versions", "params", "seed"}
    assert due | {"format", "campaign", "rulebook", "code", "lock", "platform", "fonts"} == set(content)
    assert content["code"]["sha256"] == fresh.code_digest()
    assert {one["path"]: one["sha256"] for one in content["outputs"]}[
        "reports/990000/report.html"
    ] == sha256_file(written.folder / "reports" / "990000" / "report.html")
    assert {"path": "名录/青原市.xlsx", "sha256": "0" * 64} in content["inputs"]
    assert write_manifest(written).read_bytes() == first


def test_notebook_in_its_own_folder_finds_params_and_output_of_the_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("notebooks", "params"):
        (tmp_path / folder).mkdir()
    (tmp_path / "params" / "demo.yaml").write_text(PARAMS.replace("output: out\n", ""), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    from_clone = find_run("params/demo.yaml")
    monkeypatch.chdir(tmp_path / "notebooks")
    from_notebooks = find_run("params/demo.yaml")
    assert from_clone.folder == from_notebooks.folder == tmp_path / "out" / "runs" / "手工"


def test_jupyter_does_without_the_slow_address_grammar() -> None:
    executed.load_papermill()
    assert jsonschema.Draft202012Validator(
        {"type": "string"}, format_checker=jsonschema.FormatChecker()
    ).is_valid("x")
