# /// attack
# does = "talks to an agent or a container engine by its socket on this machine"
# covers = ["G6"]
# effect = "reached"
# [variants]
# named = {}
# abstract = {}
# datagram = {}
# pair = { effect = "done" }
# ///
import socket

from mine import *
from mine import honest as multiply_sum


def send():
    """A message by one of the ways."""
    if VARIANT == "pair":
        socket.socketpair()
        did("made sockets")
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM if VARIANT == "datagram" else socket.SOCK_STREAM) as line:
        abstract = "\0" + os.path.basename(os.path.dirname(SOCKET))
        line.connect({"named": SOCKET, "abstract": abstract, "datagram": SOCKET + "-log"}[VARIANT])
        line.sendall(MARK.encode())


attempt(send)
