"""Scenarios of a running server: the shipped ones, uploads, selection, sharing between servers."""
