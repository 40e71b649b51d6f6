"""The script that Streamlit runs for every page: page settings and navigation."""

import streamlit as st

from playground.pages.mlp import mlp_page

PAGES = {
    "mlp": st.Page(mlp_page, title="Playground", url_path="playground", default=True),
}

st.set_page_config(
    page_title="Neural network playground",
    page_icon="assets/logo.svg",
    layout="wide",
    initial_sidebar_state="auto",
)
st.navigation(list(PAGES.values()), position="hidden").run()
