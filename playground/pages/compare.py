"""Variants of one setting beside each other, each with many seeds."""

import streamlit as st

from playground.configs.compare import CompareConfig
from playground.pages.stage import comparison_stage
from playground.stream.hub import ServerFull, hub

LAB = "compare"


def compare_page() -> None:
    """The stage of the comparison that the address names."""
    if "comparison_token" not in st.session_state:
        try:
            st.session_state.comparison_token = hub().issue(LAB)
        except ServerFull as full:
            st.info(str(full))
            return
    token = st.session_state.comparison_token
    channel = hub().channel(token, LAB)
    if not channel.run_id:
        config, problems = CompareConfig.from_text(st.query_params.to_dict())
        for problem in problems:
            st.toast(str(problem))
        channel.configure(config)
    comparison_stage(key="comparison", data={"token": token, "show_test": False, "discretize": False, "fixed": True})
