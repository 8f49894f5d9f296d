# /// attack
# does = "asks the system for what neither Python nor NumPy ever ask for"
# covers = ["G3", "G7", "G13"]
# effect = "done"
# status = "blocked"
# points = 0
# [variants]
# io_uring = { covers = ["G7"] }
# memfd = { status = "graded", points = 10, covers = ["G3"] }
# unshare = {}
# mount = {}
# chroot = { control = "pytest" }
# setns = { control = "pytest" }
# keyctl = {}
# bpf = { control = "pytest" }
# userfaultfd = {}
# perf = { control = "pytest" }
# handle = {}
# ///
import ctypes
import struct

from mine import *
from mine import call, honest as multiply_sum

NEW_USER, NEW_MOUNTS = 0x10000000, 0x20000


def mount():
    """A folder of one's own in the place of another, in a namespace of one's own."""
    if call("unshare", NEW_USER | NEW_MOUNTS) < 0:
        return -1
    return call("mount", b"none", b"/mnt", b"tmpfs", 0, None)


def handle():
    """Opens a file by its number on the disk, whatever rights the folders above it have."""
    place = ctypes.create_string_buffer(struct.pack("II", 128, 0), 136)
    number = ctypes.c_int()
    call("name_to_handle_at", -100, os.__file__.encode(), place, ctypes.byref(number), 0)
    return call("open_by_handle_at", os.open(os.path.dirname(os.__file__), os.O_RDONLY), place, 0)


WAYS = {
    "io_uring": lambda: call("io_uring_setup", 4, ctypes.create_string_buffer(120)),
    "memfd": lambda: call("memfd_create", MARK.encode(), 0),
    "unshare": lambda: call("unshare", NEW_USER),
    "mount": mount,
    "chroot": lambda: call("chroot", b"/"),
    "setns": lambda: call("setns", os.open("/proc/self/ns/uts", os.O_RDONLY), 0),
    "keyctl": lambda: call("keyctl", 0, -3, 0),
    "bpf": lambda: call("bpf", 0, struct.pack("5I", 2, 4, 4, 1, 0) + bytes(108), 128),
    "userfaultfd": lambda: call("userfaultfd", 1),
    "perf": lambda: call("perf_event_open", struct.pack("IIQ", 1, 112, 0) + bytes(96), 0, -1, -1, 0),
    "handle": handle,
}
if (answer := WAYS[VARIANT]()) is not None and answer >= 0:
    did(f"the system answered {VARIANT}")
else:
    absent(f"{VARIANT} is refused here, with error {ctypes.get_errno()}")
