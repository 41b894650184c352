"""Puts the program into the wheel, and gives the wheel the tag of the machines that the program runs on.

LOOKALIKE_PROGRAM is the program to carry. Without it, the wheel has the client and the plugin only: it is for any
machine, and finds a program in the PATH. LOOKALIKE_WHEEL_PLATFORM is the platform tag, for programs that this file
cannot read: those of macOS.
"""

from __future__ import annotations

import os
import pathlib
import re
import struct
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# `e_machine` of ELF, and the name of such a machine in a tag.
MACHINES = {62: "x86_64", 183: "aarch64"}
# The least glibc that a tag can name (PEP 600).
OLDEST = (2, 17)
INTERPRETER = 3  # PT_INTERP: the program is linked dynamically


class ProgramHook(BuildHookInterface[Any]):
    """The build hook that hatchling calls for each wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the program to a wheel that is not editable."""
        program = os.environ.get("LOOKALIKE_PROGRAM")
        if self.target_name != "wheel" or version == "editable" or not program:
            return
        path = pathlib.Path(program).resolve()
        if not os.access(path, os.X_OK):
            raise FileNotFoundError(f"LOOKALIKE_PROGRAM: {path} is no program")
        build_data["shared_scripts"] = {str(path): "lookalike.exe" if path.suffix == ".exe" else "lookalike"}
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ.get('LOOKALIKE_WHEEL_PLATFORM') or platform_of(path.read_bytes())}"


def platform_of(program: bytes) -> str:
    """Returns the platform tag of a program for Linux: the oldest glibc that it needs, or any C library at all.

    A version that the program merely mentions makes the tag stricter than needed, never looser.
    """
    if program[:6] != b"\x7fELF\x02\x01":
        raise ValueError("the program is no 64-bit little-endian ELF file: set LOOKALIKE_WHEEL_PLATFORM")
    (number,) = struct.unpack_from("<H", program, 18)
    if number not in MACHINES:
        raise ValueError(f"no tag is known for the machine {number}: set LOOKALIKE_WHEEL_PLATFORM")
    machine = MACHINES[number]
    needed = [(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", program)]
    if not is_dynamic(program):
        return f"manylinux2014_{machine}.musllinux_1_1_{machine}"
    if not needed:
        raise ValueError("the program needs a C library that is not glibc: set LOOKALIKE_WHEEL_PLATFORM")
    major, minor = max([*needed, OLDEST])
    return f"manylinux_{major}_{minor}_{machine}"


def is_dynamic(program: bytes) -> bool:
    """Returns whether a program header names an interpreter, which is the dynamic linker."""
    (offset,) = struct.unpack_from("<Q", program, 32)
    size, count = struct.unpack_from("<HH", program, 54)
    kinds = [struct.unpack_from("<I", program, offset + index * size)[0] for index in range(count)]
    return INTERPRETER in kinds
