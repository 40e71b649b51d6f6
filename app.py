"""The web app: ``streamlit run app.py``. Streamlit's server, with the socket of the live stage beside it."""

import gc
import sys

import streamlit as st
from starlette.middleware import Middleware

from playground.catalog import resolve
from playground.lab import LABS
from playground.stream.files import Announcement
from playground.stream.socket import lifespan, routes

for lab in LABS.values():
    resolve(lab.page)  # imported now, not while the first person waits
# Frames leave from the event loop while page scripts run in threads: let it have its turn soon.
sys.setswitchinterval(0.001)
# What was imported stays; without this each full garbage collection walks through all of it, for 60 ms and more.
gc.collect()
gc.freeze()

app = st.App(
    "playground/pages/main.py",
    routes=routes(st.get_option("server.baseUrlPath") or ""),
    middleware=[Middleware(Announcement)],
    lifespan=lifespan,
)
