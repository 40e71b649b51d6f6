"""The script that Streamlit runs for every page: page settings and navigation."""

from pathlib import Path
from typing import Any

import streamlit as st

from playground.lab import LABS
from playground.pages.labs import labs_page
from playground.pages.navigation import lab_page
from playground.pages.side_by_side import side_by_side_page
from playground.pages.style import style

HERE = Path(__file__).parent
SIDEBAR_PX = 330

TITLE = "Neural network playground"

st.set_page_config(
    page_title=TITLE,
    page_icon=str(HERE / "logo.svg"),
    layout="wide",
    initial_sidebar_state=SIDEBAR_PX,
)
is_embedded = st.context.is_embedded  # in a page of another site, which has its own way about
style(is_embedded)
if not is_embedded:
    st.logo(str(HERE / "wordmark.svg"), size="large")
labs = st.Page(labs_page, title="Labs", url_path="labs")
across = st.Page(side_by_side_page, title="Side by side", url_path="side-by-side", visibility="hidden")
groups: dict[str, list[Any]] = {}
for name, lab in LABS.items():
    groups.setdefault(lab.group, []).append(lab_page(name))
groups[""] += [labs, across]
page = st.navigation(groups, position="hidden" if is_embedded else "top")
if page.url_path:
    st.set_page_config(page_title=f"{page.title} · {TITLE}")
page.run()
