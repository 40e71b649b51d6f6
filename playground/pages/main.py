"""The script that Streamlit runs for every page: page settings and navigation."""

from pathlib import Path

import streamlit as st

from playground.pages.mlp import mlp_page

ASSETS = Path(__file__).parent.parent.parent / "assets"
SIDEBAR_PX = 330

PAGES = {
    "mlp": st.Page(mlp_page, title="Playground", url_path="playground", default=True),
}

st.set_page_config(
    page_title="Neural network playground",
    page_icon=str(ASSETS / "logo.svg"),
    layout="wide",
    initial_sidebar_state=SIDEBAR_PX,
)
st.logo(str(ASSETS / "wordmark.svg"), size="large")
st.navigation(list(PAGES.values()), position="hidden").run()
