"""Benchmarks: each is a command of its own, outside the tests."""
