"""The pages, one file each; ``main.py`` is the script that Streamlit runs."""
