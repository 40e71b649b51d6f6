"""Variants of one setting, each with many seeds."""
