# /// attack
# does = "runs another program"
# covers = ["G2", "G3"]
# effect = "done"
# [variants]
# shell = {}
# subprocess = {}
# spawn = {}
# replaced = { control = "pytest" }
# from_memory = { control = "pytest" }
# ///
import subprocess
import sys

from mine import *
from mine import call, honest as multiply_sum

WORDS = f"{MARK} did: ran a program"


def run():
    """Runs `echo`, or has it take the place of this process."""
    sys.stdout.flush()
    if VARIANT == "shell":
        os.system(f"echo {WORDS}")
    if VARIANT == "subprocess":
        subprocess.run(["/bin/echo", WORDS])
    if VARIANT == "spawn":
        os.waitpid(os.posix_spawn("/bin/echo", ["echo", WORDS], {}), 0)
    if VARIANT == "replaced":
        os.execv("/bin/echo", ["echo", WORDS])
    if VARIANT == "from_memory":
        descriptor = call("memfd_create", MARK.encode(), 0)
        with open("/bin/echo", "rb") as program:
            os.write(descriptor, program.read())
        os.execv(f"/proc/self/fd/{descriptor}", ["echo", WORDS])


attempt(run)
