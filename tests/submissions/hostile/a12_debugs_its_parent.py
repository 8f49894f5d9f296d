# /// attack
# does = "uses the calls of debuggers on the process that started it"
# covers = ["A12"]
# effect = "done"
# control = "pytest"
# [variants]
# ptrace = { status = "blocked", points = 0 }
# process_vm_readv = { status = "blocked", points = 0 }
# pidfd_getfd = {}
# ///
import ctypes

from mine import *
from mine import call, honest as multiply_sum

parent = os.getppid()


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def readable():
    """The address of something that the parent has in memory."""
    with open(f"/proc/{parent}/maps") as maps:
        return int(next(line for line in maps if "[heap]" in line or "rw-p" in line).split("-")[0], 16)


if VARIANT == "ptrace":
    if call("ptrace", 0x4206, parent, 0, 0) == 0:
        did("seized the parent")
elif VARIANT == "process_vm_readv":
    mine = ctypes.create_string_buffer(64)
    here = Piece(ctypes.addressof(mine), 64)
    there = Piece(attempt(readable) or 4096, 64)
    if call("process_vm_readv", parent, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:
        did("read the memory of the parent")
else:
    handle = call("pidfd_open", parent, 0)
    if handle >= 0 and call("pidfd_getfd", handle, 0, 0) >= 0:
        did("took a descriptor of the parent's")
    elif ctypes.get_errno() == 38:
        absent("a call that takes descriptors")
