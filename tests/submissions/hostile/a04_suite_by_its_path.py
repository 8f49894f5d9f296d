# /// attack
# does = "opens the hidden suite, its byte code and the solution where the grader's own code says that they lie"
# covers = ["A4", "A14"]
# effect = "read"
# [variants]
# plain = {}
# relative = {}
# through_proc = {}
# from_a_folder = {}
# ///
from mine import *
from mine import course, honest as multiply_sum

PLACES = [os.path.join(course(), "grader"), os.path.join(course(), "solutions"), course()]
if VARIANT == "relative":
    PLACES = [os.path.relpath(place) for place in PLACES]
if VARIANT == "through_proc":
    PLACES = [way + place for place in PLACES for way in ("/proc/self/root", "/proc/thread-self/root")]
if VARIANT == "from_a_folder":
    folder = os.open("/", os.O_PATH) if hasattr(os, "O_PATH") and attempt(os.open, "/", os.O_PATH) else os.open(".", 0)
    attempt(os.fchdir, folder)
    PLACES = [place.lstrip("/") for place in PLACES]
search(*PLACES)
for place in PLACES:
    for name in ("multiply_sum.py", "test_multiply_sum.py", "suites/test_multiply_sum.py", "course.toml"):
        tell(attempt(read, os.path.join(place, name)) or b"")
