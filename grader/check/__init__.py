"""Public checks on the student's own machine: shipped examples, the judge's words, no points."""
