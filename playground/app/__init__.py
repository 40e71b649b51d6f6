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
    """What ``st.App`` is made of, in a process that becomes the server: this also prepares the process for it."""
    for lab in LABS.values():
        resolve(lab.page)  # imported now, not while the first person waits
    # Frames leave from the event loop while page scripts run in threads: let it have its turn soon.
    sys.setswitchinterval(0.001)
    # What was imported stays; without this each full garbage collection walks through all of it, for 60 ms and more.
    gc.collect()
    gc.freeze()
    _tell_network_address()
    return {
        "script_path": HERE.parent / "pages" / "main.py",
        "routes": routes(st.get_option("server.baseUrlPath") or ""),
        "middleware": [Middleware(Doors), Middleware(Embedding), Middleware(Uploads), Middleware(Announcement)],
        "lifespan": lifespan,
    }


def _tell_network_address() -> None:
    """Print where others in this network find the server. Streamlit tells it only beside the address in the internet,
    for which it asks an outside service."""
    address = get_internal_ip()
    if address and st.get_option("server.address") in (None, "0.0.0.0", "::"):
        print(f"  Network URL: {get_url(address)}\n", flush=True)


def serve(options: Sequence[str]) -> None:
    """``streamlit run`` the app with these of its options, from any folder, until it is stopped.

    Raises SystemExit with Streamlit's exit status when it has stopped.
    """
    from streamlit.web import cli

    cli.main(["run", str(HERE / "app.py"), *options], prog_name="streamlit")
