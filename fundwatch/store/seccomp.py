"""A system-call filter of this process: no network, no new programs or processes, no reach into other processes.

Numbers are those of Linux (``asm/unistd_64.h``, ``asm-generic/unistd.h``); the filter is classic BPF as in seccomp(2).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000
_CLONE3 = 435
_COMMON = (425, 426, 427, 434, 438)
"""io_uring, pidfd_open and pidfd_getfd, numbered alike everywhere."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """System calls of one architecture: those refused, and those refused by their arguments."""

    audit: int
    refused: tuple[int, ...]
    clone: int
    tgkill: int
    prlimit: int


_MACHINES = {
    # socket connect accept sendto recvfrom sendmsg recvmsg bind listen socketpair accept4; fork vfork execve execveat;
    # ptrace process_vm_*; kill tkill; setrlimit; links; mounts, namespaces, modules, keys, bpf, perf, handles.
    "x86_64": _Machine(
        0xC000003E,
        (
            *(41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 288, 57, 58, 59, 322, 101, 310, 311, 62, 200, 160, 86, 88, 265),
            *(266, 155, 161, 165, 166, 272, 308, 175, 176, 313, 246, 248, 249, 250, 321, 298, 304, 323),
        ),
        clone=56,
        tgkill=234,
        prlimit=302,
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (
            *(198, 203, 202, 206, 207, 211, 212, 200, 201, 199, 242, 221, 281, 117, 270, 271, 129, 130, 164, 36, 37),
            *(41, 51, 40, 39, 97, 268, 105, 106, 273, 104, 217, 218, 219, 280, 241, 265, 282),
        ),
        clone=220,
        tgkill=131,
        prlimit=261,
    ),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jump_true", ctypes.c_uint8),
        ("jump_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


_Step = tuple[int, int, int, int]


def _program(machine: _Machine, pid: int) -> list[_Step]:
    """Return the filter: each test that holds falls into the return behind it, else it jumps over that."""
    denied = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allowed = (_RETURN, 0, 0, _ALLOW)
    steps: list[_Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        denied,
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        denied,
        # Its flags lie in memory, where a filter cannot look; libraries fall back to clone.
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for number in (*machine.refused, *_COMMON):
        steps += [(_EQUAL, 0, 1, number), denied]
    steps += [
        (_EQUAL, 0, 4, machine.clone),
        (_LOAD, 0, 0, _ARGUMENTS),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        denied,
        allowed,
    ]
    steps += [(_EQUAL, 0, 4, machine.tgkill), (_LOAD, 0, 0, _ARGUMENTS), (_EQUAL, 1, 0, pid), denied, allowed]
    new_limit = _ARGUMENTS + 2 * 8
    steps += [(_EQUAL, 0, 4, machine.prlimit), (_LOAD, 0, 0, new_limit), (_EQUAL, 1, 0, 0), denied, allowed]
    return [*steps, allowed]


def shut_in() -> bool:
    """Install the filter in this process, for good; return False where machine or kernel do not know how.

    Call it before any other thread runs: threads inherit the filter, earlier ones would not have it.
    """
    machine = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        return False
    steps = _program(machine, os.getpid())
    instructions = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    program = _Program(len(steps), ctypes.cast(instructions, ctypes.POINTER(_Instruction)))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
