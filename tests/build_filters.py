"""Writes the system-call filters of locked workers with libseccomp; with --check holds the committed ones against it.

    python tests/build_filters.py [--check]

What stands here is the policy: a worker computes, reads what it may open, and talks through the pipes that it has. It
makes no process, opens no socket and nothing for writing. Whatever is not listed is refused with EPERM, which student
code sees as PermissionError; what only an attack asks for ends the process (verdict "forbidden").
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from pathlib import Path

import pyseccomp
from pyseccomp import ALLOW, ERRNO, KILL_PROCESS, MASKED_EQ, Arch, Arg, Attr, SyscallFilter

__all__ = ["ARCHITECTURES", "FOLDER", "built", "main"]

FOLDER = Path(__file__).parents[1] / "grader" / "worker" / "filters"
ARCHITECTURES = {"x86_64": Arch.X86_64, "aarch64": Arch.AARCH64}

ALLOWED = {
    "reading and writing what is open": "read readv pread64 preadv write writev pwrite64 lseek close close_range "
    "dup dup2 dup3",
    "asking about files": "stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat",
    "folders": "getcwd chdir fchdir getdents getdents64",
    "memory": "mmap mprotect munmap mremap madvise brk mincore",
    "threads": "set_robust_list get_robust_list rseq set_tid_address membarrier exit exit_group restart_syscall",
    "signals of its own": "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending sigaltstack alarm setitimer "
    "getitimer",
    "waiting": "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 pipe pipe2",
    "clocks": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage",
    "processors": "sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max "
    "sched_get_priority_min getcpu",
    "who it is": "getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getgroups getresuid "
    "getresgid uname sysinfo getrandom getrlimit",
}
# The kernel has these, and says so only to those who ask for a newer one than the filter can look into.
MISSING = "clone3 openat2"
FATAL = (
    "ptrace process_vm_readv process_vm_writev mount umount2 move_mount open_tree fsopen fsmount pivot_root chroot "
    "unshare setns bpf keyctl add_key request_key perf_event_open userfaultfd kexec_load kexec_file_load init_module "
    "finit_module delete_module io_uring_setup io_uring_enter io_uring_register pidfd_getfd open_by_handle_at"
)
WRITING = (
    os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_PATH | 0o20000000
)  # the last: O_TMPFILE
CLONE_VM, CLONE_THREAD = 0x100, 0x10000
CLONE_NAMESPACES = 0x7E020080  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME
# Waiting and waking. What is left out lends the owner of a lock the priority of who waits for it, and the owner may be
# any process that is named; kernels have often been broken into through it.
FUTEX_PRIVATE, FUTEX_CLOCK = 128, 256
FUTEX_CALLS = {"WAIT": 0, "WAKE": 1, "REQUEUE": 3, "CMP_REQUEUE": 4, "WAKE_OP": 5, "WAIT_BITSET": 9, "WAKE_BITSET": 10}
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX = 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451
PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA = 3, 15, 16, 23, 0x53564D41
WORD = 0xFFFFFFFF  # these arguments have 32 bits; what stands above them is ignored by the kernel
CHOICES = {
    "fcntl": (1, (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)),
    "ioctl": (1, (TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX)),
    "prctl": (0, (PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA)),
    "prlimit64": (0, (0,)),  # its own limits; as a hard limit can only be lowered, that does no harm
    "sched_setaffinity": (0, (0,)),
}


def built(architecture: str) -> bytes:
    """The filter for an architecture, as the kernel takes it: `struct sock_filter` after `struct sock_filter`."""
    policy = SyscallFilter(ERRNO(errno.EPERM))
    wanted = ARCHITECTURES[architecture]
    if wanted != pyseccomp.system_arch():
        policy.add_arch(wanted)
        policy.remove_arch(pyseccomp.system_arch())
    policy.set_attr(Attr.ACT_BADARCH, KILL_PROCESS)
    for names in ALLOWED.values():
        for name in names.split():
            policy.add_rule(ALLOW, name)
    for name, position in (("open", 1), ("openat", 2)):
        policy.add_rule(ALLOW, name, Arg(position, MASKED_EQ, WRITING, 0))
    thread = CLONE_VM | CLONE_THREAD
    policy.add_rule(ALLOW, "clone", Arg(0, MASKED_EQ, thread | CLONE_NAMESPACES, thread))
    for call in FUTEX_CALLS.values():
        policy.add_rule(ALLOW, "futex", Arg(1, MASKED_EQ, WORD & ~(FUTEX_PRIVATE | FUTEX_CLOCK), call))
    for name, (position, values) in CHOICES.items():
        for value in values:
            policy.add_rule(ALLOW, name, Arg(position, MASKED_EQ, WORD, value))
    for name in MISSING.split():
        policy.add_rule(ERRNO(errno.ENOSYS), name)
    for name in FATAL.split():
        policy.add_rule(KILL_PROCESS, name)
    with tempfile.TemporaryFile() as file:
        policy.export_bpf(file)
        file.seek(0)
        return file.read()


def main(arguments: list[str]) -> int:
    """Writes the filters, or with --check says which are not what this policy makes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 where one is out of date")
    check = parser.parse_args(arguments).check
    stale = []
    for architecture in ARCHITECTURES:
        path, filter_ = FOLDER / f"{architecture}.bpf", built(architecture)
        if check and (not path.is_file() or path.read_bytes() != filter_):
            stale.append(path.name)
        elif not check:
            path.write_bytes(filter_)
            print(f"{path.name}: {len(filter_) // 8} instructions")
    if stale:
        print(f"{', '.join(stale)}: not what the policy makes; run: python tests/build_filters.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
