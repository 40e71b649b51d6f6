"""Behind nginx as ``deploy/nginx.conf`` has it: two replicas, a base path, TLS."""

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import ROOT, STAGE, app, free_port, nginx, number, opened, press, reaches

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not nginx(), reason="there is no nginx"),
]
BASE = "nn"
AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    {inside}
}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which nginx serves two replicas."""
    folder = tmp_path_factory.mktemp("nginx")
    key, certificate, port = folder / "key.pem", folder / "certificate.pem", free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = {"base_path": BASE, "PLAYGROUND_WORKERS": "1"}
    with app(**settings) as (one, _), app(**settings) as (two, _):
        inside = (ROOT / "deploy" / "nginx.conf").read_text()
        for written, ours in (
            ("127.0.0.1:8501", urlsplit(one).netloc.replace("localhost", "127.0.0.1")),
            ("127.0.0.1:8502", urlsplit(two).netloc.replace("localhost", "127.0.0.1")),
            ("listen 443", f"listen 127.0.0.1:{port}"),
            ("/etc/ssl/certs/playground.pem", str(certificate)),
            ("/etc/ssl/private/playground.key", str(key)),
        ):
            assert written in inside
            inside = inside.replace(written, ours)
        conf = folder / "nginx.conf"
        conf.write_text(AROUND.format(folder=folder, inside=inside))
        process = subprocess.Popen([str(nginx()), "-c", str(conf), "-p", str(folder)], stderr=subprocess.DEVNULL)
        try:
            yield _when_it_listens(process, conf, f"https://localhost:{port}/{BASE}")
        finally:
            process.terminate()
            process.wait(20)


def _when_it_listens(process: "subprocess.Popen[bytes]", conf: Path, address: str) -> str:
    import ssl

    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", context=trusting, timeout=5).close()
            return address
        except OSError:
            assert process.poll() is None, conf.with_name("error.log").read_text()
            time.sleep(0.1)
    raise RuntimeError("nginx does not answer")


def test_the_stage_trains_over_its_socket(chromium: Browser, site: str) -> None:
    context = chromium.new_context(ignore_https_errors=True)
    page = opened(context.new_page(), site, "?dataset=xor")
    press(page, "Play")
    reaches(page, 200)
    expect(page.locator(STAGE)).to_have_attribute("data-transport", "socket")
    assert "dataset=xor" in page.url


def test_a_reload_comes_back_to_the_same_replica(chromium: Browser, site: str) -> None:
    context = chromium.new_context(ignore_https_errors=True)
    for _ in range(4):  # by chance alone the right one would be met one time in sixteen
        context.clear_cookies()
        page = opened(context.new_page(), site)
        press(page, "Step one epoch")
        reaches(page, 25)
        run = page.locator(STAGE).get_attribute("data-run") or ""
        opened(page, site)
        expect(page.locator(STAGE)).to_have_attribute("data-run", run)
        assert number(page, "step") == 25
        page.close()
