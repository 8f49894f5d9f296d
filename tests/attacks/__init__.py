"""Plays the hostile submissions on this grader and on others, and looks what came of it."""
