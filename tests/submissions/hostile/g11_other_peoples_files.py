# /// attack
# does = "changes files of the grader and of others: times, rights, labels, length"
# covers = ["G11"]
# effect = "written"
# [variants]
# times = {}
# rights = {}
# labels = {}
# renamed = {}
# emptied = {}
# ///
from mine import *
from mine import honest as multiply_sum, places


def change(path):
    """One change that leaves the course usable."""
    if VARIANT == "times":
        os.utime(path, (NUMBER, NUMBER))
    if VARIANT == "rights":
        os.chmod(path, 0o644 | NUMBER % 512)
    if VARIANT == "labels":
        os.setxattr(path, b"user." + MARK.encode(), b"")
    if VARIANT == "renamed":
        os.rename(path, path + MARK)
    if VARIANT == "emptied" and path.endswith("notes.txt"):
        os.truncate(path, 0)


def files(folder):
    """The files in a folder and in those directly below it."""
    for place, inner, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in names)
        inner[:] = inner[:20] if place == folder else []


for folder in places():
    for path in files(folder):
        if VARIANT != "renamed" or path.endswith((".txt", ".md", ".netrc")):
            attempt(change, path)
