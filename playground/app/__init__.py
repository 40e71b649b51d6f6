"""The web app: Streamlit's server, its settings (``.streamlit``), and the socket of the live stage beside it."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.net_util import get_internal_ip
from streamlit.web.server.server_util import get_url

from playground.app.doors import Doors, Embedding, Uploads
from playground.catalog import resolve
from playground.lab import LABS
from playground.stream.files import Announcement
from playground.stream.socket import lifespan, routes

HERE = Path(__file__).parent


def arguments() -> dict[str, Any]:
    """Returns the arguments of ``st.App``, and prepares this process to be the server."""
    for lab in LABS.values():
        resolve(lab.page)  # imported now, not at the first visit
    # The event loop sends frames while page scripts run in threads: switch to it soon.
    sys.setswitchinterval(0.001)
    # Exclude imported modules from garbage collection: each full one would take 60 ms and more.
    gc.collect()
    gc.freeze()
    _print_network_address()
    return {
        "script_path": HERE.parent / "pages" / "main.py",
        "routes": routes(st.get_option("server.baseUrlPath") or ""),
        "middleware": [Middleware(Doors), Middleware(Embedding), Middleware(Uploads), Middleware(Announcement)],
        "lifespan": lifespan,
    }


def _print_network_address() -> None:
    """Print the server's address in this network. Streamlit prints it only together with the public address, for
    which it asks an outside service."""
    address = get_internal_ip()
    if address and st.get_option("server.address") in (None, "0.0.0.0", "::"):
        print(f"  Network URL: {get_url(address)}\n", flush=True)


def serve(options: Sequence[str]) -> None:
    """``streamlit run`` the app with these ``options``, from any folder, until it is stopped.

    Raises SystemExit with Streamlit's exit status.
    """
    from streamlit.web import cli

    cli.main(["run", str(HERE / "app.py"), *options], prog_name="streamlit")
