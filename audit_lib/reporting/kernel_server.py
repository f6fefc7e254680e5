"""A process that has imported what reports need, and forks a kernel for each that asks.

``python -m audit_lib.reporting.kernel_server DOOR PARAMS`` answers on a listening Unix socket that it
is handed; a request is a line of JSON (``argv`` with the connection file, ``cwd``), the answer the
child's pid. It has one thread when it forks, but for that of Arrow's allocator, which knows of
forks: a lock held by another thread would stay locked for ever in the child. It ends when its
caller does, because its standard input then ends. The run is loaded once, by a child, since reading
Parquet starts threads; then one report is rehearsed, so that templates, rulebook, fonts and styles
lie in memory before the first fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import select
import signal
import socket
import sys
from typing import Any

from audit_lib.reporting import acceptance_report, find_faces, open_case, render_report
from audit_lib.reporting.case import find_run
from audit_lib.reporting.whole import LOADED, load_whole, whole_key

PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "docx",
    "pyarrow.parquet",
    "typst",
)
"""What every kernel of a report would import by itself."""

REHEARSED = ("html", "docx", "xlsx")
"""Formats that are made without threads: all but the PDF."""


def serve(door: socket.socket, params_file: str) -> None:
    """Answer requests until standard input ends."""
    reading = _load_apart(params_file)
    for name in PRELOADED:
        importlib.import_module(name)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.wait()
    if data:
        # These bytes come from our own child through an anonymous pipe.
        key, whole = pickle.loads(data)  # noqa: S301
        LOADED[key] = whole
        with contextlib.suppress(Exception):
            # What goes wrong here goes wrong in a kernel too, and is told there.
            _rehearse(params_file, str(whole.areas["code"].iloc[-1]))
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        ready, _, _ = select.select([door.fileno(), 0], [], [])
        if 0 in ready:
            return
        line, _ = door.accept()
        _answer(door, line)


def _load_apart(params_file: str) -> int:
    """Return the pipe through which a child hands over the run; without it, each kernel loads its own."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            run = find_run(params_file)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump((whole_key(run), load_whole(run)), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    return reading


def _rehearse(params_file: str, area: str) -> None:
    """Make a report and throw it away."""
    case = open_case(params_file, area)
    # Which characters each font has takes longer to read than a report to set.
    _ = find_faces(case.run.file.parent).known
    render_report(case, acceptance_report(case), REHEARSED)


def _answer(door: socket.socket, line: socket.socket) -> None:
    with line:
        request = json.loads(line.makefile("r", encoding="utf-8").readline())
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            door.close()
            line.close()
            _become_kernel(request, server)
        line.sendall(f"{pid}\n".encode("ascii"))


def _reap(*_: object) -> None:
    """Let kernels that ended go; what they cost is then counted as ours, and so as the command's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_kernel(request: dict[str, Any], server: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(request["cwd"])
    # Every child would otherwise go on with the same random numbers.
    importlib.import_module("numpy.random").seed(None)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    kernel = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    try:
        kernel.launch_instance([*request["argv"], f"--IPKernelApp.parent_handle={server}"])
    finally:
        os._exit(0)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given, sys.argv[2])
