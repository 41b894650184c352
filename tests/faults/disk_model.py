"""A disk that has only what was synced, made of the log of tests/faults/shim.c.

POSIX promises no more than this: the contents of a file are safe when an fsync of it has returned, as they were when it
began, and a name is safe when an fsync of its directory has. Whatever else was written may be there or not.
"""
import pathlib


class File:
    """The contents of a file: what is safe, and what was done since, in order."""

    def __init__(self):
        self.safe, self.since = bytearray(), []

    def settle(self, count):
        """The first changes are safe now."""
        for change in self.since[:count]:
            apply(self.safe, change)
        del self.since[:count]

    def content(self, keeps):
        """Returns the safe contents with those of the other changes for which `keeps` says so."""
        content = bytearray(self.safe)
        for change in self.since:
            if keeps():
                apply(content, change)
        return content


def apply(content, change):
    """Makes a change: bytes at an offset, or None for a new length."""
    offset, data = change
    if data is None:
        if len(content) > offset:
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Directory:
    """The names in a directory: what is safe, and what was done since, in order."""

    def __init__(self):
        self.safe, self.since = {}, []

    def settle(self, count):
        for name, entry in self.since[:count]:
            rename(self.safe, name, entry)
        del self.since[:count]

    def names(self, count):
        """Returns the safe names after the first of the other changes: file systems keep their order."""
        names = dict(self.safe)
        for name, entry in self.since[:count]:
            rename(names, name, entry)
        return names


def rename(names, name, entry):
    if entry is None:
        names.pop(name, None)
    else:
        names[name] = entry


class Disk:
    """All files and directories below a root."""

    def __init__(self, root):
        self.root = str(root)
        self.files, self.directories, self.syncs = {}, {self.root: Directory()}, {}
        # Inodes are used again: what is written to one belongs to its last file.
        self.file_of = {}
        self.next = 0

    def change(self, path, entry):
        parent, _, name = path.rpartition("/")
        if parent in self.directories:
            self.directories[parent].since.append((name, entry))

    def open_file(self, inode):
        return self.files[self.file_of[inode]]

    def new_file(self, inode):
        self.next += 1
        self.file_of[inode] = self.next
        self.files[self.next] = File()
        return self.next

    def add(self, record):
        """Takes the next record of the log."""
        first = record.first.decode() if record.type not in ("written", "truncated") else ""
        match record.type:
            case "created":
                self.change(first, ("file", self.new_file(record.file)))
            case "made":
                self.directories[first] = Directory()
                self.change(first, ("directory", first))
            case "removed" | "unlinked":
                self.change(first, None)
            case "written":
                self.open_file(record.file).since.append((record.offset, record.first))
            case "truncated":
                self.open_file(record.file).since.append((record.offset, None))
            case "renamed" | "linked":
                if record.type == "renamed":
                    self.change(first, None)
                self.change(record.second.decode(), ("file", self.file_of[record.file]))
            case "sync begins":
                target = self.directories.get(first) or self.files[self.file_of[record.file]]
                self.syncs[record.offset] = (target, len(target.since), target)
            case "sync ends":
                self.end_sync(record.file)

    def end_sync(self, number):
        target, count, _ = self.syncs.pop(number)
        target.settle(count)
        # What other syncs of it have seen begins later now.
        for other, (same, seen, _) in list(self.syncs.items()):
            if same is target:
                self.syncs[other] = (target, max(seen - count, 0), target)

    def write(self, target, dice=None):
        """Writes what is left after a power cut: what is safe, and with dice a random part of the rest."""
        self.write_directory(self.root, pathlib.Path(target), dice)

    def write_all(self, target):
        """Writes all, as if every change were safe."""
        self.write_directory(self.root, pathlib.Path(target), None, whole=True)

    def write_directory(self, path, target, dice, whole=False):
        directory = self.directories[path]
        target.mkdir(parents=True, exist_ok=True)
        kept = len(directory.since) if whole else dice.randint(0, len(directory.since)) if dice else 0
        for name, (kind, entry) in directory.names(kept).items():
            if kind == "directory":
                if entry in self.directories:
                    self.write_directory(entry, target / name, dice, whole)
                continue
            keeps = (lambda: True) if whole else (lambda: dice.random() < 0.5) if dice else (lambda: False)
            (target / name).write_bytes(self.files[entry].content(keeps))
