"""Datasets as NumPy functions, each kind with one visible dict."""
