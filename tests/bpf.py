"""What a filter on system calls answers, worked out without a kernel: one for another processor is tested, too."""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["ALLOW", "ARCHITECTURE", "KILL", "answer"]

ARCHITECTURE: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
ALLOW: Final = 0x7FFF0000
KILL: Final = 0x80000000
INSTRUCTION = struct.Struct("<HBBI")
LOAD, AND, JUMP, RETURN = 0x20, 0x54, 0x05, 0x06
TESTS = {
    0x15: lambda a, k: a == k,
    0x25: lambda a, k: a > k,
    0x35: lambda a, k: a >= k,
    0x45: lambda a, k: bool(a & k),
}


def answer(program: bytes, architecture: int, number: int, *args: int) -> int:
    """The action for a system call, as the kernel's interpreter of classic BPF comes to it (`struct seccomp_data`)."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(*args, *(0,) * (6 - len(args))))
    code, accumulator, step = list(INSTRUCTION.iter_unpack(program)), 0, 0
    while True:
        operation, yes, no, constant = code[step]
        step += 1
        if operation == LOAD:
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif operation == AND:
            accumulator &= constant
        elif operation == JUMP:
            step += constant
        elif operation == RETURN:
            return constant
        else:
            step += yes if TESTS[operation](accumulator, constant) else no
