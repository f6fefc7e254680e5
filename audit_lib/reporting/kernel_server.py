"""A process that has imported what reports need, and forks a kernel for each that asks.

``python -m audit_lib.reporting.kernel_server ADDRESS`` listens on a Unix socket; a request is a
line of JSON (``argv`` with the connection file, ``cwd``), the answer the child's pid. It has one
thread when it forks (a thread that holds a lock would leave it locked for ever in the child), and
it ends when its caller does, because its standard input then ends.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import sys
from typing import Any

PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "pyarrow.parquet",
    "audit_lib.reporting",
)
"""What every kernel of a report would import by itself."""


def serve(address: str) -> None:
    """Answer requests until standard input ends."""
    for name in PRELOADED:
        importlib.import_module(name)
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
    serve(sys.argv[1])
