"""The web app: ``streamlit run app.py``. Streamlit's server, with the socket of the live stage beside it."""

import streamlit as st

from playground.stream.socket import lifespan, routes

app = st.App(
    "playground/pages/main.py",
    routes=routes(st.get_option("server.baseUrlPath") or ""),
    lifespan=lifespan,
)
