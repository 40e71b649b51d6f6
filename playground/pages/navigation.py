"""The pages of the app: one for each lab, and those that belong to no lab.

They are made anew for each run of the script: a page holds what Streamlit knows of one person.
"""

from typing import Any

import streamlit as st

from playground.catalog import resolve
from playground.lab import LABS
from playground.pages.side_by_side import side_by_side_page


def lab_pages() -> dict[str, Any]:
    """The page of every lab, by the lab's name; the first lab's is the one that opens without a path."""
    return {
        name: st.Page(resolve(lab.page), title=lab.title, url_path=lab.path, default=index == 0)
        for index, (name, lab) in enumerate(LABS.items())
    }


def across_pages() -> list[Any]:
    """Pages that belong to no lab."""
    return [st.Page(side_by_side_page, title="Side by side", url_path="side-by-side", visibility="hidden")]
