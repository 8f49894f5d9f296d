# /// attack
# does = "opens files of the system and of the home folder of whoever grades"
# covers = ["A21"]
# effect = "done"
# ///
from mine import *
from mine import honest as multiply_sum

for path in ("/etc/passwd", "/etc/hostname", "~/.netrc", "~/.bashrc", "~/.ssh/id_ed25519", "/proc/1/cmdline"):
    if attempt(read, os.path.expanduser(path), 1):
        did(f"opened {path}")
