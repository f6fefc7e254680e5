"""A real Chromium to open pages in, over its own debugging protocol; nothing to download."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import websocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
TO_START = 60
"""Seconds; a shared machine is slow."""


def program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Chromium:
    """One page of a headless browser without network; ``local`` lets it reach this machine alone."""

    def __init__(self, home: Path, *, local: bool = False) -> None:
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-dev-shm-usage",
        ]
        options += ["--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={home}"]
        nowhere = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" if local else "MAP * ~NOTFOUND"
        options += [f"--host-resolver-rules={nowhere}", "about:blank"]
        self.process = subprocess.Popen(
            [str(program()), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.asked: list[str] = []
        self.said: list[str] = []
        self.number = 0
        self.socket = websocket.create_connection(self._address(home), timeout=TO_START)
        for domain in ("Page", "Runtime", "Network", "DOM", "Log"):
            self.call(f"{domain}.enable")
        offline = {"offline": not local, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.call("Network.emulateNetworkConditions", **offline)

    def _address(self, home: Path) -> str:
        until = time.monotonic() + TO_START
        while not (home / "DevToolsActivePort").exists():
            assert time.monotonic() < until, "Chromium does not start"
            time.sleep(0.1)
        port = (home / "DevToolsActivePort").read_text(encoding="utf-8").split("\n")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        return str(pages[0]["webSocketDebuggerUrl"])

    def call(self, method: str, **arguments: Any) -> Any:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": arguments}))
        while True:
            heard = json.loads(self.socket.recv())
            if heard.get("id") == self.number:
                assert "error" not in heard, heard
                return heard["result"]
            if heard.get("method") == "Network.requestWillBeSent":
                self.asked.append(heard["params"]["request"]["url"])
            if heard.get("method") == "Runtime.exceptionThrown":
                self.said.append(heard["params"]["exceptionDetails"]["text"])
            if heard.get("method") == "Log.entryAdded":
                self.said.append(heard["params"]["entry"]["text"])

    def evaluate(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float = 30) -> Any:
        until = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < until, f"never true: {expression}"
            time.sleep(0.02)
        return value

    def open(self, page: Path) -> None:
        self.asked.clear()
        self.said.clear()
        self.call("Page.navigate", url=page.resolve().as_uri())
        self.wait(
            f"document.readyState === 'complete' && location.href === {json.dumps(page.resolve().as_uri())}"
        )

    def choose(self, selector: str, files: list[Path]) -> None:
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file.resolve()) for file in files])

    def size(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def picture(self, file: Path) -> None:
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        self.call("Browser.close")
        self.socket.close()
        self.process.wait(timeout=TO_START)
