# /// attack
# does = "sends a message to a server of its own"
# covers = ["G5"]
# effect = "reached"
# [variants]
# tcp = {}
# udp = {}
# tcp6 = {}
# fast_open = {}
# bind = { effect = "done" }
# netlink = { effect = "done" }
# vsock = { effect = "done" }
# raw = { effect = "done", control = "pytest" }
# ///
import socket

from mine import *
from mine import honest as multiply_sum

FAMILY = socket.AF_INET6 if VARIANT == "tcp6" else socket.AF_INET
KIND = socket.SOCK_DGRAM if VARIANT == "udp" else socket.SOCK_STREAM
ADDRESS = ("::1" if VARIANT == "tcp6" else "127.0.0.1", PORT)


def send():
    """A message, or what comes before one."""
    if VARIANT == "netlink":
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 0))
        did("asks the system about its network")
    elif VARIANT == "vsock":
        special("AF_VSOCK", socket.SOCK_STREAM, "talks to the machine that runs this one")
    elif VARIANT == "raw":
        special("AF_PACKET", socket.SOCK_RAW, "listens to the whole network")
    elif VARIANT == "tcp6" and attempt(socket.create_connection, ADDRESS, timeout=1) is None:
        absent("the sixth version of the protocol")
    elif VARIANT == "bind":
        with socket.socket(FAMILY, KIND) as line:
            line.bind(("127.0.0.1", 0))
            line.listen()
            did("waits for connections")
    else:
        with socket.socket(FAMILY, KIND) as line:
            if VARIANT == "fast_open":
                line.sendto(MARK.encode(), socket.MSG_FASTOPEN, ADDRESS)
            else:
                line.settimeout(1)
                line.connect(ADDRESS)
                line.sendall(MARK.encode())


def special(family, kind, what):
    """A socket that not every machine has, or only for root."""
    try:
        socket.socket(getattr(socket, family), kind).close()
        did(what)
    except (AttributeError, OSError) as error:
        absent(error)


attempt(send)
