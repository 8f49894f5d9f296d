# /// attack
# does = "changes how much of the processor the grader gets, and what it may open"
# covers = ["F23"]
# effect = "done"
# control = "pytest"
# [variants]
# priority = {}
# affinity = {}
# limits = {}
# policy = {}
# ///
import resource

from mine import *
from mine import honest as multiply_sum

# What is there already is set once more: that shows as well what would be let through, and harms nobody.
parent = os.getppid()


def change():
    """One change to the process that started this one."""
    if VARIANT == "priority":
        os.setpriority(os.PRIO_PROCESS, parent, os.getpriority(os.PRIO_PROCESS, parent))
    if VARIANT == "affinity":
        os.sched_setaffinity(parent, os.sched_getaffinity(parent))
    if VARIANT == "policy":
        os.sched_setscheduler(parent, os.sched_getscheduler(parent), os.sched_param(0))
    if VARIANT == "limits":
        resource.prlimit(parent, resource.RLIMIT_NOFILE, resource.prlimit(parent, resource.RLIMIT_NOFILE))
    did(f"changed the {VARIANT} of its parent")


attempt(change)
