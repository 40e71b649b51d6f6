"""Sequences: one recurrent network in five shapes."""
