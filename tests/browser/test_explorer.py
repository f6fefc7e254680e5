"""In JupyterLab an analyst changes a filter and the figure follows; unattended the same tables come out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_lib.reporting import explore, open_inquiry
from audit_lib.shipped import notebook as shipped
from tests.browser.chromium import TO_START, Chromium, program
from tests.scenario.province import judge_province

pytestmark = pytest.mark.slow
FIGURE = "document.querySelector('.jp-OutputArea .jupyter-widgets img')?.src"
READY = "fetch('/api/sessions').then(a => a.json()).then(s => s[0]?.kernel.execution_state === 'idle')"
RUN = "jupyterapp.commands.execute('notebook:run-all-cells')"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    judge_province(folder, units=900, seed=2014)
    book = json.loads(shipped("4_investigation").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [
                line.replace("params/demo.yaml", "data/params.yaml").replace(
                    'question = ""', 'question = "risk"'
                )
                for line in cell["source"]
            ]
    (folder / "investigation.ipynb").write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lab(place: Path) -> Iterator[str]:
    """The address of a JupyterLab in the folder."""
    options = [
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--ServerApp.ip=127.0.0.1",
        "--expose-app-in-browser",
    ]
    options += ["--IdentityProvider.token=test", f"--ServerApp.root_dir={place}", "--LabApp.news_url=None"]
    runtime = place / "runtime"
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(place / "config")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        cwd=place,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + TO_START
        while not (known := list(runtime.glob("jpserver-*.json"))):
            assert time.monotonic() < until, "JupyterLab does not start"
            time.sleep(0.1)
        yield str(json.loads(known[0].read_text(encoding="utf-8"))["url"])
    finally:
        server.terminate()
        server.wait(timeout=TO_START)


def test_a_changed_filter_changes_the_figure(place: Path, lab: str, tmp_path: Path) -> None:
    if program() is None:
        pytest.skip("no Chromium here")
    browser = Chromium(tmp_path / "home", local=True)
    try:
        browser.size(1400, 1600)
        browser.call("Page.navigate", url=f"{lab}lab/tree/investigation.ipynb?token=test")
        browser.wait("globalThis.jupyterapp && !!document.querySelector('.jp-Notebook .jp-Cell')", 120)
        browser.wait(READY, 120)
        browser.evaluate(f"void {RUN}")
        browser.wait(f"!!({FIGURE})", 180)
        browser.evaluate(f"void (globalThis.before = {FIGURE})")
        edges = "[...document.querySelectorAll('.audit img')].map(i => i.getBoundingClientRect().right - i.closest('.jp-OutputArea').getBoundingClientRect().right)"
        assert max(browser.evaluate(edges)) <= 0, "a figure is cut off"
        text = "[...document.querySelectorAll('.audit td.text')].map(c => getComputedStyle(c).textAlign)"
        assert set(browser.evaluate(text)) == {"left"}
        assert "2月1日" in browser.evaluate("document.querySelector('.widget-hslider').innerText")
        kinds = "[...document.querySelectorAll('.widget-dropdown select')][1]"
        browser.evaluate(
            f"(() => {{ const s = {kinds}; s.value = '村卫生室'; s.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
        )
        browser.wait(f"({FIGURE}) !== globalThis.before", 60)
        browser.picture(tmp_path / "lab.png")
        assert "村卫生室" in browser.evaluate(
            "document.querySelector('.widget-dropdown') && document.body.innerText"
        )
    finally:
        browser.close()


def test_unattended_the_same_tables_come_out(place: Path) -> None:
    inquiry = open_inquiry(place / "data" / "params.yaml", "990000", question="risk")
    shown = explore(inquiry)
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", "investigation.ipynb", "done.ipynb"],
        cwd=place,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8")[-2000:]
    book = json.loads((place / "done.ipynb").read_text(encoding="utf-8"))
    pages = [
        "".join(output["data"]["text/html"])
        for cell in book["cells"]
        for output in cell.get("outputs", [])
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
    ]
    assert pages == [shown.shown.value]
