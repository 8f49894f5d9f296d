"""What locks student code in, seen from the trusted side: levels, the canary, `grader doctor`."""
