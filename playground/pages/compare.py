"""Variants of one setting beside each other, each with many seeds."""

from playground.pages.session import PageSession
from playground.pages.stage import comparison_stage, mount


def compare_page() -> None:
    """The stage of the comparison that the address names."""
    session = PageSession("compare")
    if session.begin():
        session.follow()
        mount(session, comparison_stage, show_test=False, discretize=False, fixed=True)
