"""What goes wrong on a server in a year, done to one on purpose: cut connections, killed processes, full disks.

``make soak`` runs all of it; a short version is among the tests. Each fault asserts that nothing is lost, nobody else
is touched, and nothing is left behind.
"""

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence

import psutil

from tests.load.client import Client, Server, running

NO_COMPILER = {"PLAYGROUND_COMPILE": "off"}
ONE_WORKER = {"PLAYGROUND_WORKERS": "1"}  # which is sooner there
PAINT_S = 0.2  # of a client that only waits
GONE_S = 60  # until which what should be gone must be gone
GROWTH_MB = 40


async def open_and_close(times: int) -> None:
    """Pages that come, play and leave leave nothing: no process, descriptor, run, or memory."""
    async with running(**NO_COMPILER, **ONE_WORKER, PLAYGROUND_MAX_AWAY_S="3") as server:

        async def visit() -> None:
            async with server.client(await server.issue(hidden_sizes="8,8")) as client:
                await client.send(type="play")
                await client.until(step=20)

        await _is_as_before(server, visit, times)


async def drop(times: int) -> None:
    """A connection that is cut comes back to the same run, again and again."""
    async with running(**NO_COMPILER, **ONE_WORKER) as server:
        token = await server.issue()
        seen: list[tuple[str, int]] = []

        async def cut() -> None:
            async with server.client(token) as client:
                await client.send(type="play")
                header = await client.until(step=seen[-1][1] + 1 if seen else 1)
                seen.append((header["run"], header["step"]))
                client.socket.transport.abort()

        await _is_as_before(server, cut, times, channels=1)
        assert len({run for run, _ in seen}) == 1


async def _is_as_before(server: Server, act: Callable[[], Awaitable[None]], times: int, channels: int = 0) -> None:
    """Do something a few times to warm up, then ``times`` times; the server must be as it was."""
    for _ in range(10):
        await act()
    before = await _state(server, channels)
    for _ in range(times):
        await act()
    after = await _state(server, channels)
    assert after[:2] == before[:2], f"channels and processes: {before[:2]} became {after[:2]}"
    assert after[2] <= before[2] + 3, f"{before[2]} descriptors became {after[2]}"
    assert after[3] <= before[3] + GROWTH_MB * 1e6, f"{before[3] / 1e6:.0f} MB became {after[3] / 1e6:.0f} MB"


async def _state(server: Server, channels: int) -> tuple[int, int, int, int]:
    """How many channels, processes, descriptors and bytes there are, once who left has been forgotten."""
    deadline = time.monotonic() + GONE_S
    while await server.channels() > channels and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    everything = [server.process, *server.process.children(recursive=True)]
    descriptors = sum(process.num_fds() for process in everything)
    memory = sum(process.memory_info().rss for process in everything)
    return await server.channels(), len(everything), descriptors, memory


async def kill_workers(times: int) -> None:
    """Whatever a worker was doing when it is killed, its runs go on from where they were, with all edits."""
    async with running(**NO_COMPILER, **ONE_WORKER) as server, server.client(await server.issue()) as client:
        await client.send(type="play")
        step = (await client.until(step=1))["step"]
        for k in range(times):
            await client.send(
                type="set", target="layers.0.weight[0,0]", value=k / 10
            )  # also in the middle of an edit
            for worker in server.workers():
                worker.kill()
            header = await _with_edits(client, k + 1)
            assert header["step"] >= step, f"step {header['step']} came after {step}"
            step = (await client.until(step=header["step"] + 10))["step"]
        assert client.errors == []


async def _with_edits(client: Client, edits: int) -> dict[str, int]:
    while (header := await client.frame())["edits"] < edits:
        pass
    return header


async def kill_in_a_compilation() -> None:
    """A killed compiler costs nobody anything; a killed worker takes its compiler along."""
    with tempfile.TemporaryDirectory() as cache:
        async with running(**ONE_WORKER, PLAYGROUND_COMPILE="on", PLAYGROUND_CACHE=cache) as server:
            async with server.client(await server.issue()) as client:
                await client.send(type="play")
                await _while_compiling(server, client)
                for compiler in server.compilers():
                    compiler.kill()
                await client.until(step=(await client.frame())["step"] + 100)
                await client.send(type="reset")
            async with server.client(await server.issue(hidden_sizes="3")) as client:
                await client.send(type="play")
                compilers = await _while_compiling(server, client)
                for worker in server.workers():
                    worker.kill()
                await client.until(step=(await client.frame())["step"] + 100)
                await _are_gone(compilers)
                assert client.errors == []


async def _while_compiling(server: Server, client: Client) -> list[psutil.Process]:
    """Take frames until a compilation is under way."""
    while not server.compilers():
        await client.frame()
    return server.compilers()


async def stop(how: signal.Signals) -> None:
    """A server that is told to stop stops, in the middle of everything; a killed one leaves no worker behind."""
    async with running(**NO_COMPILER, **ONE_WORKER) as server:
        tokens = [await server.issue() for _ in range(3)]
        async with server.client(tokens[0]) as one, server.client(tokens[1]) as two:
            for client in (one, two):
                await client.send(type="play")
                await client.until(step=100)
            everything = [server.process, *server.process.children(recursive=True)]
            server.process.send_signal(how)
            await _are_gone(everything)


async def _are_gone(processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + GONE_S
    while alive := [process for process in processes if _is_alive(process)]:
        assert time.monotonic() < deadline, f"still there: {alive}"
        await asyncio.sleep(0.1)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def without_a_home() -> None:
    """Where nothing can be written: training goes on, only nothing is kept."""
    await _plays(HOME="/nonexistent", XDG_CACHE_HOME="/proc", PLAYGROUND_CACHE="")


async def with_a_full_disk() -> None:
    """A disk without room for a compiled loop: training goes on without it."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = _own_mounts(f"mount -t tmpfs -o size=64k,mode=700 tmpfs {folder}")
        environment = {**ONE_WORKER, "PLAYGROUND_COMPILE": "on", "PLAYGROUND_CACHE": folder}
        async with running(prefix, **environment) as server, server.client(await server.issue()) as client:
            await client.send(type="play")
            await _while_compiling(server, client)
            await client.send(type="speed", updates_per_s=100)  # it compiles only on cores that nobody needs
            while server.compilers():
                await client.frame(PAINT_S)
            header = await client.until(step=(await client.frame())["step"] + 100)
            assert header["tier"] == "traced"
            assert client.errors == []


async def without_shared_memory() -> None:
    """No /dev/shm: no worker process can be started, and training goes on in the web process."""
    await _plays(_own_mounts("mount -t tmpfs -o ro,size=4k tmpfs /dev/shm"))


def may_mount() -> bool:
    """Whether this machine lets us give a process its own view of the file system."""
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*_own_mounts("true"), "true"], capture_output=True, check=False).returncode == 0


def _own_mounts(mount: str) -> list[str]:
    """The command before another one by which that one sees the file system with ``mount`` done."""
    return ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]


async def _plays(prefix: Sequence[str] = (), **environment: str) -> None:
    async with running(prefix, **ONE_WORKER, **environment) as server, server.client(await server.issue()) as client:
        await client.send(type="play")
        await client.until(step=1000)
        assert client.errors == []


async def everything(share: float = 1.0) -> None:
    """All faults, one after the other; ``share`` of the full counts."""

    async def tell(fault: Awaitable[None], name: str) -> None:
        started = time.monotonic()
        await fault
        print(f"survived in {time.monotonic() - started:5.1f} s: {name}", flush=True)

    def count(n: int) -> int:
        return max(2, round(n * share))

    await tell(open_and_close(count(200)), f"{count(200)} pages opened and closed")
    await tell(drop(count(1000)), f"{count(1000)} connections dropped")
    await tell(kill_workers(count(20)), f"{count(20)} times all workers killed in the middle of an edit")
    await tell(kill_in_a_compilation(), "a compiler and its worker killed")
    await tell(stop(signal.SIGTERM), "SIGTERM in the middle of training")
    await tell(stop(signal.SIGKILL), "SIGKILL of the server")
    await tell(without_a_home(), "no home that can be written")
    if may_mount():
        await tell(with_a_full_disk(), "a full disk")
        await tell(without_shared_memory(), "no /dev/shm")
    else:
        print("left out, since they need a mount of their own: a full disk, no /dev/shm")


if __name__ == "__main__":
    asyncio.run(everything(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
