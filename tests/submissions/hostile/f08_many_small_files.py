# /// attack
# does = "fills the disk with many small files"
# covers = ["F8"]
# effect = "written"
# ///
from mine import *
from mine import honest as multiply_sum


def leave(path):
    """A file of a page; a hundred show as well as a million that they would be let through."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    attempt(os.write, descriptor, bytes(4096))
    os.close(descriptor)


for folder in ("/dev/shm", "/tmp", os.getcwd()):
    for number in range(100):
        attempt(leave, os.path.join(folder, f"{MARK}-{number}"))
