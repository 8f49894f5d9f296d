# /// attack
# does = "starts a program in a session of its own, which stays"
# covers = ["G2"]
# effect = "left"
# [variants]
# shell = {}
# subprocess = {}
# ///
import subprocess

from mine import *
from mine import honest as multiply_sum

if VARIANT == "shell":
    attempt(os.system, f"(setsid sh -c ': {MARK}; sleep 600; true' &)")
else:
    attempt(subprocess.Popen, [MARK, "600"], executable="/bin/sleep", start_new_session=True)
