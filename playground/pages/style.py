"""The style of every page, in addition to Streamlit's own.

It comes as HTML, which is there with the page's first words: a component's style came after the stage was painted,
and moved it. An empty component comes too. So the browser has loaded Streamlit's script for components when the
stage arrives; React would show an element that waits for its script at the earliest 0.5 s after the last one that
waited.
"""

import streamlit as st

_PAGE = """
  .st-key-page_first { display: none; }
  /* Streamlit tells the page's scheme by color-scheme at once, to Python only when the script runs again. */
  .stApp { --page: light-dark(#fff, #171614); }
  /* What Streamlit writes on its accent, and in it, is too pale to be read in one of the schemes. */
  .stApp [data-variant="pills"] p { color: light-dark(#05588d, currentcolor); }
  .stApp .stMultiSelect span[title] { color: light-dark(currentcolor, #0b1a24); }
  .stMainBlockContainer { padding: 2.75rem 1.5rem 2rem; }
  .stMain:not(.stSidebar ~ *) .stMainBlockContainer { padding-top: 4.25rem; }
  @media (max-width: 640px) { .stMainBlockContainer { padding: 4.25rem 1rem 2rem; } }
  .stMarkdown table { font-size: 0.875rem; }
  .stMarkdown table :is(th, td) { padding: 0.25rem 0.625rem; }
  @media (max-width: 768px) { /* where Streamlit puts the pages into the sidebar */
    [data-testid="stExpandSidebarButton"] { width: auto !important; gap: 0.25rem; }
    [data-testid="stExpandSidebarButton"]::after { content: "Pages and settings"; font-size: 0.875rem; }
  }
  /* A table that is cut has a shadow where it goes on; what stands before it moves with the table. */
  .stMarkdown table {
    display: block; width: fit-content; max-width: 100%; overflow-x: auto; scrollbar-width: thin;
    background:
      linear-gradient(to right, var(--page) 50%, transparent) left / 48px 100% no-repeat local,
      linear-gradient(to left, var(--page) 50%, transparent) right / 48px 100% no-repeat local,
      linear-gradient(to right, #8888, transparent) left / 16px 100% no-repeat scroll,
      linear-gradient(to left, #8888, transparent) right / 16px 100% no-repeat scroll;
  }
  /* The name of a control that is locked can still be read. */
  .stApp [data-testid="stWidgetLabel"] { color: inherit !important; }
  .stSidebar [data-testid="stSidebarUserContent"] { padding-top: 0; }
  .stSidebar [data-testid="stVerticalBlock"] { gap: 0.5rem; }
  .stSidebar [data-testid="stHorizontalBlock"] { gap: 1.25rem; }
  @media (max-width: 640px) { /* as wide as on a desk, and so in the same two columns, below the pages */
    .stSidebar [data-testid="stSidebarUserContent"] { padding-top: 0.75rem; }
    .stSidebar [data-testid="stHorizontalBlock"]:has(> .stColumn) { flex-wrap: nowrap; }
    .stSidebar .stColumn { min-width: 0 !important; }
  }
  .stSidebar .stSelectbox input { padding-right: 0; font-size: 0.875rem; text-overflow: ellipsis; }
  .stSidebar .stSelectbox button[aria-haspopup] { padding-inline: 0.25rem; }
  [data-testid="stCaptionContainer"] { color: inherit !important; opacity: 0.75; }
  .stMain .st-key-page_head { gap: 0.25rem 0.875rem; min-height: 2.25rem; margin: -0.5rem 0 -1rem; }
  .st-key-page_link { margin: -0.5rem 0 -0.25rem; gap: 0.25rem 1rem; }
  .stMain .st-key-page_link > * { flex: 1 1 20rem; } /* beside each other where there is room */
  .st-key-page_task {
    padding: 0.375rem 0.75rem; border-left: 4px solid #e0a100; border-radius: 0.375rem;
    background: color-mix(in srgb, #ffc400 14%, transparent);
  }
  .st-key-page_held p { font-size: 0.875rem; line-height: 1.4; }
  .st-key-page_task p { font-size: 1rem; line-height: 1.4; }
  .st-key-guess_place { min-height: 2.25rem; } /* drawn a moment after the stage, which stays */
  .st-key-guess_place p { color: light-dark(#31333f, #e8e8e6); } /* what has been asked can be read to the end */
  .st-key-guess_place [data-testid="stHorizontalBlock"] { row-gap: 0.25rem; }
  @media (max-width: 640px) { .st-key-guess_place { min-height: 3.75rem; } }
  @media (max-width: 640px) { /* the picture beside the words: a row is a card, not a screen */
    .stMain [class*="st-key-lab_"] { display: grid; grid-template: auto 1fr / 6.5rem minmax(0, 1fr); gap: 0 1rem; }
    .stMain [class*="st-key-lab_"] > :first-child { grid-row: 1 / 3; }
  }
  .stMain [class*="st-key-lab_"] .stPageLink a { padding-inline: 0; }
  .stMain [class*="st-key-lab_"] .stPageLink p { font-size: 1.0625rem; }
  .stMain [class*="st-key-lab_"] .stMarkdown p { font-size: 0.9375rem; line-height: 1.45; }
  .st-key-why_card .stButton button { height: auto; text-align: left; }
  .st-key-why_card .stButton :is(p, span, div) { white-space: normal; overflow: visible; }
  .st-key-page_foot { row-gap: 0.25rem; }
  .st-key-take_home_forms p { font-size: 0.8125rem; line-height: 1.35; }
  [class*="st-key-panel_"] { scroll-margin: 4.5rem 0 1rem; }
  [class*="st-key-into_view"] { display: none; }
  .st-key-page_head h1 { margin: 0; padding: 0; font-size: 1.125rem; white-space: nowrap; }
  .stHtml h2 { margin: 0; padding: 0; font-size: 1rem; line-height: 1.6; }
  .st-key-page_head p { font-size: 0.8125rem; line-height: 1.3; }
  @media (min-width: 1000px) {
    .stMain .st-key-page_head { flex-wrap: nowrap; }
    .st-key-page_head > :has(.stMarkdown) { flex: 1 1 0; min-width: 0; }
  }
  .stAppHeader :is(a, button):focus-visible, a:focus-visible {
    outline: 2px solid currentColor !important; outline-offset: 2px;
  }
  /* High contrast takes backgrounds away, of which Streamlit's sliders, switches and chosen pills are made. */
  @media (forced-colors: active) {
    .stSlider [role="group"] > div > div:first-child { background: CanvasText !important; }
    .stSlider [role="group"] > div > [data-rac] { background: Highlight !important; }
    .stCheckbox label > div:not([data-testid]) { border: 1px solid ButtonText; background: Canvas !important; }
    .stCheckbox label > div:not([data-testid]) > div { background: ButtonText !important; }
    .stCheckbox label:has(:checked) > div:not([data-testid]) { background: Highlight !important; }
    .stApp button[data-selected="true"] { border: 2px solid Highlight !important; }
  }
"""
_EMBEDDED = """
  .stApp .stMainBlockContainer.stMainBlockContainer { padding: 1rem 1.25rem; }
  .stSidebar [data-testid="stSidebarHeader"] { height: 2.5rem; margin: 0; }
"""

_first = st.components.v2.component("playground_first", html="<div></div>", isolate_styles=False)


def style(is_embedded: bool | None) -> None:
    """Send the style; an embedded page stands in a page of another site and is set closer. Call it first."""
    st.html(f"<style>{_PAGE}{_EMBEDDED if is_embedded else ''}</style>")
    _first(key="page_first")
