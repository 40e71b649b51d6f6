"""The page's live parts, written in JavaScript (``playground/stage/``) and mounted by Streamlit."""

import streamlit as st

from playground.stream.socket import PREFIX, stage_version


def _loader(module: str) -> str:
    """The script that Streamlit sends: it only fetches the real one, which our own route serves."""
    return f"""
// Streamlit's address is whatever stands before /static/ in its own scripts, proxies included.
const core = performance.getEntriesByType("resource").find((entry) => entry.name.includes("/static/js/"));
const base = core ? core.name.slice(0, core.name.indexOf("/static/js/")) : window.location.origin;
const loaded = import(`${{base}}/{PREFIX}/{stage_version()}/{module}`);
export default function (component) {{
  let cleanup = null;
  let isOver = false;
  loaded.then((module) => {{
    if (!isOver) cleanup = module.default(component);
  }});
  return () => {{
    isOver = true;
    if (cleanup) cleanup();
  }};
}}
"""


stage = st.components.v2.component(
    "playground_stage", html="<div></div>", js=_loader("stage.js"), isolate_styles=False
)
comparison_stage = st.components.v2.component(
    "playground_comparison", html="<div></div>", js=_loader("compare.js"), isolate_styles=False
)
picker = st.components.v2.component(
    "playground_picker", html="<div></div>", js=_loader("picker.js"), isolate_styles=False
)
code = st.components.v2.component("playground_code", html="<div></div>", js=_loader("code.js"), isolate_styles=False)
saver = st.components.v2.component(
    "playground_saver", html="<div></div>", js=_loader("saver.js"), isolate_styles=False
)
