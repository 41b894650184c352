"""The platform tag of the wheel: it is read off the program."""

import importlib.util
import pathlib
import struct

import pytest

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "hatch_build.py"


@pytest.fixture
def platform_of():
    spec = importlib.util.spec_from_file_location("hatch_build", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.platform_of


def program(machine=62, kind=3, text=b""):
    """Returns an ELF file with one program header."""
    head = b"\x7fELF\x02\x01".ljust(18, b"\0") + struct.pack("<H", machine)
    head = head.ljust(32, b"\0") + struct.pack("<Q", 64)
    return (head.ljust(54, b"\0") + struct.pack("<HH", 56, 1)).ljust(64, b"\0") + struct.pack("<I", kind).ljust(56, b"\0") + text


def test_the_newest_glibc_that_it_needs_counts(platform_of):
    assert platform_of(program(text=b"GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0")) == "manylinux_2_34_x86_64"
    assert platform_of(program(machine=183, text=b"GLIBC_2.2.5\0")) == "manylinux_2_17_aarch64"


def test_a_static_program_runs_with_any_c_library(platform_of):
    assert platform_of(program(kind=1)) == "manylinux2014_x86_64.musllinux_1_1_x86_64"


@pytest.mark.parametrize("unknown", [b"#!/bin/sh", program(machine=243), program(text=b"musl")])
def test_another_program_needs_a_tag_that_is_given(platform_of, unknown):
    with pytest.raises(ValueError, match="LOOKALIKE_WHEEL_PLATFORM"):
        platform_of(unknown)
