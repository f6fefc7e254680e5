"""A process that has imported what reports need, and forks a kernel for each that asks.

``python -m audit_lib.reporting.kernel_server ADDRESS FOLDER`` listens on a Unix socket; a request
is a line of JSON (``argv`` with the connection file, ``cwd``), the answer the child's pid. It has
one thread when it forks (a lock held by another thread would stay locked for ever in the child),
and it ends when its caller does, because its standard input then ends. The tables of the run in
FOLDER are loaded once, by a child, since reading Parquet starts threads.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "docx",
    "pyarrow.parquet",
    "typst",
    "audit_lib.reporting",
)
"""What every kernel of a report would import by itself."""


def serve(address: str, folder: Path) -> None:
    """Answer requests until standard input ends."""
    for name in PRELOADED:
        importlib.import_module(name)
    _load_apart(folder)
    # Which characters each font has takes longer to read than a report to set.
    _ = importlib.import_module("audit_lib.reporting.fonts").find_faces(folder).known
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(address)
        door.listen()
        os.write(1, b"ready\n")
        while True:
            ready, _, _ = select.select([door.fileno(), 0], [], [])
            if 0 in ready:
                return
            line, _ = door.accept()
            _answer(door, line)


def _load_apart(folder: Path) -> None:
    """Take over the tables of a run from a child that loaded them; without it, each kernel loads its own."""
    case = importlib.import_module("audit_lib.reporting.case")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump((case.stage_key(folder), case.load_stages(folder)), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    if data:
        # These bytes come from our own child through an anonymous pipe.
        key, loaded = pickle.loads(data)  # noqa: S301
        case.LOADED[key] = loaded


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
    serve(sys.argv[1], Path(sys.argv[2]))
