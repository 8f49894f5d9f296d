"""The hidden suites: checks, oracles, strategies and known mistakes; never part of the wheel or of a release."""

__all__: list[str] = []
