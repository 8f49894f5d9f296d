# /// attack
# does = "leaves a note that code of another submission could find"
# covers = ["A20"]
# effect = "done"
# [variants]
# keyring = { status = "blocked", points = 0 }
# shared_memory = {}
# locked_file = {}
# abstract_name = {}
# locked_part = {}
# queue = {}
# ///
import ctypes
import fcntl
import socket
import struct

from mine import *
from mine import call, honest as multiply_sum

if VARIANT == "keyring":
    key = call("add_key", b"user", MARK.encode(), b"note", 4, -4)
    if key > 0:
        did("left a key")
        call("keyctl", 9, key, -4)
    else:
        absent("keyrings")
elif VARIANT == "shared_memory":
    segment = call("shmget", NUMBER, 4096, 0o1600)
    if segment >= 0:
        did("left a segment of shared memory")
        call("shmctl", segment, 0, None)
elif VARIANT == "queue":
    queue = call("mq_open", MARK.encode(), os.O_CREAT | os.O_RDWR, 0o600, None)
    if queue >= 0:
        did("left a queue of messages")
        call("mq_unlink", MARK.encode())
    else:
        absent("queues of messages")
elif VARIANT == "abstract_name":

    def bind():
        """Takes a name that every process of the machine can see."""
        line = socket.socket(socket.AF_UNIX)
        line.bind("\0" + MARK)
        did("took a name that others can see")

    attempt(bind)
else:

    def lock():
        """Locks a file that everybody may read."""
        with open(os.__file__, "rb") as stream:
            if VARIANT == "locked_file":
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            else:
                part = struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, 0, 0)
                fcntl.fcntl(stream, fcntl.F_SETLK, part)
            did("locked a file that others see locked")

    attempt(lock)
