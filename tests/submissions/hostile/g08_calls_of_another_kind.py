# /// attack
# does = "calls the system as programs for other processors do, by machine code of its own"
# covers = ["G8"]
# effect = "done"
# status = "blocked"
# points = 0
# [variants]
# i386 = {}
# x32 = {}
# ///
import ctypes
import mmap

from mine import *
from mine import honest as multiply_sum

# getpid: `mov eax, 20; int 0x80; ret`, and `mov eax, 0x40000027; syscall; ret`.
CODE = {"i386": b"\xb8\x14\0\0\0\xcd\x80\xc3", "x32": b"\xb8\x27\0\0\x40\x0f\x05\xc3"}[VARIANT]


def answer():
    """What the code returns."""
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()


if os.uname().machine != "x86_64":
    absent("another processor")
else:
    got = attempt(answer)
    if got == os.getpid():
        did("called the system in another way")
    else:
        absent(f"the call answers {got}")
