"""The tree of errors: what is ours and what is the student's never mix."""

__all__ = ["CourseError", "GraderError", "IsolationError", "OutInUseError", "SubmissionError", "UsageError"]


class GraderError(Exception):
    """The grader itself cannot go on; never scored as the student's zero."""


class UsageError(GraderError):
    """An argument on the command line cannot be used; the text names the cure (exit status 2)."""


class CourseError(UsageError):
    """`course.toml` contradicts itself or the suites; the text names the line and the cure (exit status 2)."""


class IsolationError(GraderError):
    """The isolation that was asked for cannot be had here (exit status 3)."""


class OutInUseError(GraderError):
    """Another run is writing to the same OUT folder (exit status 4)."""


class SubmissionError(Exception):
    """A submission is refused; the text is one sentence for the student."""
