"""Tests of verify, and the target that judges it."""
