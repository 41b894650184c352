"""The shim of tests/faults/shim.c: built, told what to fail, and its log read."""
import ctypes
import errno
import mmap
import pathlib
import struct
import subprocess
import typing

HERE = pathlib.Path(__file__).resolve().parent

# In the order of `enum kind`.
KINDS = ["none", "open", "write", "sync", "rename", "mmap", "connect", "unlink", "truncate", "mkdir", "read"]


def build(directory):
    """Compiles the shim into a directory and returns its path."""
    library = pathlib.Path(directory) / "shim.so"
    command = ["cc", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", str(library), str(HERE / "shim.c"), "-ldl"]
    subprocess.run(command, check=True)
    return library


class Layout(ctypes.Structure):
    """`struct control` of the shim."""

    _fields_: typing.ClassVar = [
        ("kind", ctypes.c_uint32),
        ("error", ctypes.c_uint32),
        ("at", ctypes.c_uint64),
        ("lasting", ctypes.c_uint32),
        ("fired", ctypes.c_uint32),
        ("seen", ctypes.c_uint64 * 16),
        ("logged", ctypes.c_uint64),
        ("place", ctypes.c_char * 512),
        ("clock", ctypes.c_int64),
    ]


class Fault(typing.NamedTuple):
    """A call that fails: its kind, the name of its errno or `short`, and whether all later ones fail, too."""

    kind: str
    error: str
    lasting: bool = False

    def __str__(self):
        return f"{self.kind} {self.error}{' and all later ones' if self.lasting else ''}"


class Control:
    """Tells the shim in a server which call fails."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.write_bytes(bytes(ctypes.sizeof(Layout)))
        with self.path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.layout = Layout.from_buffer(self.memory)

    def arm(self, fault, at):
        self.disarm()
        self.layout.fired = 0
        self.layout.place = b""
        self.layout.seen = (ctypes.c_uint64 * 16)()
        self.layout.error = 0 if fault.error == "short" else getattr(errno, fault.error)
        self.layout.at = at
        self.layout.lasting = int(fault.lasting)
        self.layout.kind = KINDS.index(fault.kind)

    def disarm(self):
        """Lets all calls succeed from now on; returns whether one has failed."""
        self.layout.kind = 0
        return self.layout.fired > 0

    def move_clock(self, seconds):
        """Sets the clock of the day so far ahead."""
        self.layout.clock = seconds

    def seen(self):
        return {kind: self.layout.seen[number] for number, kind in enumerate(KINDS) if self.layout.seen[number]}

    def logged(self):
        return self.layout.logged

    def place(self):
        return pathlib.Path(self.layout.place.decode()).name


class Record(typing.NamedTuple):
    """A change of the directory, as the shim recorded it."""

    type: str
    file: int
    offset: int
    first: bytes
    second: bytes
    end: int


TYPES = ["", "created", "written", "truncated", "sync begins", "sync ends", "renamed", "linked", "unlinked", "made", "removed"]
HEAD = struct.Struct("=IIIIQQ")


def records(log):
    """Yields the records of a log; `end` is the length of the log with them."""
    at = 0
    while at + HEAD.size <= len(log):
        kind, first, second, _, file, offset = HEAD.unpack_from(log, at)
        begin = at + HEAD.size
        at = begin + first + second
        yield Record(TYPES[kind], file, offset, log[begin : begin + first], log[begin + first : at], at)
