"""Plays the hostile submissions of `tests/submissions/hostile/` on this grader and on others, and looks what came of it."""
