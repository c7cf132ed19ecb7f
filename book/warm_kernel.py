"""Kernels that begin with everything imported: forks of one process that only imports.

An ordinary kernel takes seconds to import torch, pandas and matplotlib, page by page.
Python's own fork server imports them once (`book.preload`), in a process without
threads that computes nothing, and each kernel is a fork of it, with a session,
variables and working directory of its own. The page cannot tell, and Papermill runs it
as ever: only the class that starts its kernel is another.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

ROOT = Path(__file__).resolve().parents[1]


def can_fork() -> bool:
    """Whether kernels may be forked: on Linux. Elsewhere libraries do not bear it."""
    return sys.platform == "linux"


def start() -> None:
    """Starts the process that is forked, unless it runs; does not wait for it.

    It lives as long as this one. Its libraries are to compute with one thread.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(["book.preload"])
    before = dict(os.environ)
    path = [str(ROOT), *filter(None, [before.get("PYTHONPATH")])]
    os.environ.update(OMP_NUM_THREADS="1", PYTHONPATH=os.pathsep.join(path))
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def beside(call: Callable[..., object], *arguments: object) -> Iterator[None]:
    """Runs a call in a fork while the body runs; after it where nothing is forked.

    Raises:
        Exception: what the call raised, once the body is done.
    """
    if not can_fork():
        yield
        call(*arguments)
        return
    start()
    context = multiprocessing.get_context("forkserver")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_report, args=(sender, call, arguments), daemon=True
    )
    process.start()
    sender.close()
    try:
        yield
        try:
            error = receiver.recv()
        except EOFError:
            error = ChildProcessError(f"{call.__name__}: its process died")
    finally:
        process.terminate()
        process.join()
    if error is not None:
        raise error


def _report(
    sender: Connection, call: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    """Calls, in the fork, and sends what was raised or None."""
    try:
        call(*arguments)
    except Exception as error:
        sender.send(error)
    else:
        sender.send(None)


def run_kernel(argv: list[str], env: dict[str, str], folder: str) -> None:
    """Becomes an IPython kernel; called in the fork.

    Args:
        argv: of the kernel, from `-f CONNECTION_FILE` on.
        env: all environment variables.
        folder: working directory.
    """
    import matplotlib
    from ipykernel.kernelapp import IPKernelApp

    from book.preload import PATH

    os.setsid()  # signals to the build are not for its kernels
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.path[:] = PATH
    # What ipykernel and matplotlib do, the one before the other is imported.
    inline = "module://matplotlib_inline.backend_inline"
    matplotlib.rcParams["backend"] = os.environ.setdefault("MPLBACKEND", inline)
    # It ends when the fork server does, which ends with the build.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    IPKernelApp.launch_instance(argv=[*argv, parent])


class Forked:
    """A forked kernel, with the methods of `subprocess.Popen` that Jupyter calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """The exit status, once it has ended."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Sends a signal to it alone; nothing if it has ended."""
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, number)


class ForkProvisioner(LocalProvisioner):
    """Starts kernels as forks of a process that has imported what they need."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Forks instead of running `cmd`, whose arguments it passes on."""
        argv = cmd[cmd.index("-f") :]
        folder = str(kwargs.get("cwd") or Path.cwd())
        context = multiprocessing.get_context("forkserver")
        process = context.Process(
            target=run_kernel, args=(argv, dict(kwargs["env"]), folder), daemon=True
        )
        process.start()
        self.process = Forked(process)
        self.pid = self.pgid = process.pid
        self.cwd = folder
        return self.connection_info


class WarmKernelManager(AsyncKernelManager):
    """Jupyter's own manager; its kernels are forks."""

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = ForkProvisioner(
                kernel_id=self.kernel_id or "",
                kernel_spec=self.kernel_spec,
                parent=self,
            )
        return await super()._async_pre_start_kernel(**options)
