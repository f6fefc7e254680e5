"""Kernels for many notebooks: the same kernel as ever, begun in a cheaper way.

An ordinary kernel spends most of its life on imports. On Linux one server imports them once
and forks: its children are the kernels (``kernel_server``). Elsewhere ordinary kernels do the
same work with the same output, only slower.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from audit_lib.errors import ReportError

SETTINGS = {
    "PYTHONHASHSEED": "0",
    "PYTHONWARNINGS": "ignore",
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "SOURCE_DATE_EPOCH": "0",
    "IPYKERNEL_CELL_NAME": "cell",
}
"""Environment of every kernel: nothing in a report may depend on the machine it is made on."""


QUIET = "--IPKernelApp.log_level=40"
"""Kernels on this machine's own loopback warn, each of them, that they talk without encryption."""


class SettledProvisioner(LocalProvisioner):
    """An ordinary kernel under our settings."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Return the launch arguments with the settings in the environment."""
        kwargs["env"] = {**kwargs.get("env", os.environ), **SETTINGS}
        kwargs["extra_arguments"] = [*kwargs.get("extra_arguments", []), QUIET]
        return await super().pre_launch(**kwargs)


class ForkedProvisioner(SettledProvisioner):
    """A kernel that a server forks instead of starting Python anew."""

    address: ClassVar[str] = ""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Ask the server for a child that is the kernel of our connection file."""
        pid = _ask(self.address, {"argv": cmd[cmd.index("-f") :], "cwd": str(Path.cwd())})
        self.process = ForkedProcess(pid)  # type: ignore[assignment]  # all that jupyter asks of a Popen
        self.pid, self.pgid = pid, pid
        return self.connection_info


class ForkedProcess:
    """What jupyter wants to know of a process, for one that is not our child but the server's."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while the kernel lives; the server waits for it, so its code is not known."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """Return at once: jupyter polls."""
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class SettledManager(AsyncKernelManager):
    """Starts kernels of its class's provisioner, whatever the machine's own default is."""

    provisioner_class: ClassVar[type[LocalProvisioner]] = SettledProvisioner
    sockets: ClassVar[str] = ""
    """Folder of Unix sockets to talk through; without one, ports, which another program may take first."""

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # theirs wraps a coroutine
        """Start the kernel."""
        self.kernel_id = self.kernel_id or os.urandom(8).hex()
        if self.sockets:
            self.transport, self.ip = "ipc", f"{self.sockets}/{self.kernel_id[:16]}"
        self.provisioner = self.provisioner_class(
            kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
        )
        await super().start_kernel(**kwargs)


@contextlib.contextmanager
def ordinary_kernels() -> Iterator[type[SettledManager]]:
    """Give the manager of ordinary kernels."""
    yield SettledManager


@contextlib.contextmanager
def forked_kernels(params_file: str) -> Iterator[type[SettledManager]]:
    """Give the manager of forked kernels for a judged run while their server runs.

    The server starts while the caller goes on; the first kernel waits for it.

    Parameters
    ----------
    params_file : as the notebooks name it from the current folder
    """
    with tempfile.TemporaryDirectory() as here:
        address = str(Path(here) / "kernels")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.bind(address)
            door.listen()
            server = subprocess.Popen(
                [sys.executable, "-m", "audit_lib.reporting.kernel_server", str(door.fileno()), params_file],
                stdin=subprocess.PIPE,
                pass_fds=[door.fileno()],
                env={**os.environ, **SETTINGS},
            )
        try:
            provisioner = type("HereProvisioner", (ForkedProvisioner,), {"address": address})
            yield type("HereManager", (SettledManager,), {"provisioner_class": provisioner, "sockets": here})
        finally:
            server.kill()
            server.communicate()


def _ask(address: str, request: dict[str, Any]) -> int:
    answer = ""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(address)
        line.sendall(json.dumps(request).encode() + b"\n")
        answer = line.makefile("r", encoding="ascii").readline()
    if not answer:
        raise ReportError("报告用的内核服务没有启动", "the kernel server of the reports did not start")
    return int(answer)
