# /// attack
# does = "sends a message to a server of its own"
# covers = ["G5"]
# effect = "reached"
# [variants]
# tcp = {}
# udp = {}
# tcp6 = {}
# ///
import socket

from mine import *
from mine import honest as multiply_sum

FAMILY = socket.AF_INET6 if VARIANT == "tcp6" else socket.AF_INET
KIND = socket.SOCK_DGRAM if VARIANT == "udp" else socket.SOCK_STREAM
ADDRESS = ("::1" if VARIANT == "tcp6" else "127.0.0.1", PORT)


def send():
    with socket.socket(FAMILY, KIND) as line:
        line.settimeout(1)
        line.connect(ADDRESS)
        line.sendall(MARK.encode())


attempt(send)
