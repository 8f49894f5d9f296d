"""Exercises on convolutional neural networks that grade themselves: judge and student code never share a process."""

__version__ = "0.1.0"
