"""The browser that the tests drive, and the app that it opens.

``python -m tests.browser`` makes sure that there is one: an installed Chromium, else apt's as root, else
Playwright's own. As root it also brings nginx, before which the app is tested, where there is none.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).parent.parent
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "chromium", "nginx-light")  # apt's; the second where the first is missing
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STAGE = '[data-testid="stage"]'
START_S = 120
QUICK, FASTEST = 9, 12  # places of the speed: 4,000 updates/s leave the machine to other tests
# The speed, where none was chosen, and no tour; a page without storage keeps its slow beginning.
BEGINNING = """try {
  if (!sessionStorage.getItem("playground-pace")) sessionStorage.setItem("playground-pace", "%d");
  localStorage.setItem("playground-tour", "seen");
} catch {}"""


def installed() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def nginx() -> str | None:
    """The path of an installed nginx, or None; an ordinary user's PATH may lack its folder."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def available(package: str) -> bool:
    return bool(nginx() if package == "nginx-light" else installed())


def install() -> None:
    """Bring a Chromium where there is none."""
    wanted = [package for package in PACKAGES if not available(package)]
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        for package in wanted:
            if not available(package):
                subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False)
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def launch(playwright: Playwright, *arguments: str) -> Browser:
    return playwright.chromium.launch(executable_path=installed(), args=[*ARGUMENTS, *arguments])


@contextmanager
def browser(*arguments: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = launch(playwright, *arguments)
        yield launched
        launched.close()


@contextmanager
def app(
    script: str = "app.py", base_path: str = "", port: int | None = None, **environment: str
) -> Iterator[tuple[str, int]]:
    """The app as the README starts it, on a free port by default; → its address and process id."""
    port = port or free_port()
    options = ["--server.headless=true", f"--server.port={port}", f"--server.baseUrlPath={base_path}"]
    command = [sys.executable, "-m", "streamlit", "run", script, *options]
    address = f"http://localhost:{port}/{base_path}".rstrip("/")
    with serving(command, address, cwd=ROOT, env=os.environ | environment) as pid:
        yield address, pid


@contextmanager
def serving(command: list[str], address: str, **process_options: Any) -> Iterator[int]:
    """What ``command`` serves at ``address``, from when it answers on; gives its process id."""
    process = subprocess.Popen(command, **process_options)
    try:
        _wait_until_healthy(process, f"{address}/_stcore/health")
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=10).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start within {START_S} s")


def opened(page: Page, address: str, query: str = "", speed: int = QUICK) -> Page:
    """The page, once its stage has painted a frame. Its runs train at the ``speed`` of that place."""
    page.add_init_script(BEGINNING % speed)
    page.goto(f"{address}/{query}")
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0", timeout=60_000)
    return page


def number(page: Page, name: str) -> float:
    """One of the numbers that the stage's root carries: ``step``, ``epoch``, ``frame``."""
    return float(page.locator(STAGE).get_attribute(f"data-{name}") or "nan")


def reaches(page: Page, step: float, timeout_s: float = 60) -> None:
    """Wait until the stage shows ``step`` or a later one."""
    page.wait_for_function(
        "([stage, step]) => Number(document.querySelector(stage).dataset.step) >= step",
        arg=[STAGE, step],
        timeout=timeout_s * 1000,
    )


def press(page: Page, name: str) -> None:
    """Press the stage's button of that name."""
    page.locator(STAGE).get_by_role("button", name=name, exact=True).click()


def seek(page: Page, step: int) -> None:
    """Drag the timeline to ``step``."""
    page.get_by_role("slider", name="Timeline").evaluate(
        "(slider, step) => {"
        " const end = Number(slider.getAttribute('aria-valuetext').split(' of ')[1].replaceAll(',', ''));"
        " slider.value = Math.round(Number(slider.max) * Math.log1p(step / 100) / Math.log1p(end / 100));"
        " for (const type of ['input', 'change']) slider.dispatchEvent(new Event(type, { bubbles: true })); }",
        step,
    )
    expect(page.locator(STAGE)).to_have_attribute("data-step", f"{step}")


def is_in_state(page: Page, state: str) -> None:
    expect(page.locator(STAGE)).to_have_attribute("data-state", state)


if __name__ == "__main__":
    install()


def type_value(page: Page, label: str, text: str) -> None:
    """Type a value into a field over what stands there, key by key, and press Enter."""
    page.get_by_role("combobox", name=label, exact=True).first.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
