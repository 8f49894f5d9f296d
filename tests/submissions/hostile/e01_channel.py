# /// attack
# does = "writes to the channel of answers by itself"
# covers = ["B5", "E1", "E2", "E3", "E4", "E5", "E6", "E8", "E9", "E10", "E11", "E12", "E13"]
# status = "blocked"
# points = 0
# peers = false
# [variants]
# random = {}
# huge_length = {}
# huge_array = {}
# negative_shape = {}
# object_array = {}
# nested = {}
# another_number = {}
# another_kind = {}
# too_early = {}
# half = { status = "timeout" }
# by_drops = { status = "timeout" }
# closed = { status = "crashed" }
# two_answers = {}
# descriptors = { status = "graded" }
# too_much = { status = "graded" }
# ///
import array
import socket
import struct
import sys
import time

import numpy

from mine import *
from mine import reply

messages, wire = sys.modules["grader.messages"], sys.modules["grader.wire"]


def send(data):
    os.write(reply(), data)


def answer(value, number=0):
    return wire.frame(messages.Answer(number, value), [])


def multiply_sum(a, b):
    if VARIANT == "random":
        send(bytes(range(255, 0, -1)))
    if VARIANT == "huge_length":
        send(struct.pack("<IQ", 5, 2**60))
    if VARIANT == "huge_array":
        send(answer(wire.Array("<f8", (0, 2**40, 2**40))))
    if VARIANT == "negative_shape":
        send(answer(wire.Array("<f8", (-1, -8))))
    if VARIANT == "object_array":
        send(answer(wire.Array("|O", (1,))))
    if VARIANT == "nested":
        part = b"\x83\xa4type\xa6answer\xa6number\x00\xa5value" + b"\x82\xa4type\xa1l\xa5items\x91" * 60000
        send(struct.pack("<IQ", len(part), 0) + part)
    if VARIANT == "another_number":
        send(answer(wire.Whole(70), 1))
    if VARIANT == "another_kind":
        send(wire.frame(messages.Ready(), []))
    if VARIANT == "half":
        send(struct.pack("<IQ", 50, 0) + b"x")
    if VARIANT == "by_drops":
        send(struct.pack("<IQ", 100, 2**25))
        while True:
            time.sleep(0.01)
            send(b"x")
    if VARIANT == "closed":
        os.close(reply())
    if VARIANT == "two_answers":
        send(answer(wire.Whole(70)))
        return 42
    if VARIANT == "descriptors":
        attempt(socket.socket, fileno=reply())
        return 42
    if VARIANT == "too_much":
        return numpy.zeros(9 << 20)
    while True:
        pass


if VARIANT == "too_early":
    send(answer(wire.Whole(70)))
