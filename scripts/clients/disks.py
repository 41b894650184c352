"""Makes the disks that are uploaded, and knows what an honest server says of them."""
import dataclasses
import hashlib
import pathlib
import random
import subprocess

MIB = 1 << 20


@dataclasses.dataclass
class Disk:
    """A disk image in a file, and its hashes."""

    path: pathlib.Path
    format: str
    size: int
    virtual_size: int
    md5: str
    sha512: str

    def download(self):
        """Where a client is to put what it downloads."""
        return self.path.with_name(f"{self.path.name}.downloaded")

    def came_back(self):
        """Compares every byte of the download with the disk, then deletes it: two would fill small machines."""
        there = self.download()
        try:
            with open(self.path, "rb") as want, open(there, "rb") as have:
                place = 0
                while True:
                    left, right = want.read(4 * MIB), have.read(4 * MIB)
                    if left != right:
                        size = there.stat().st_size
                        raise AssertionError(f"{there.name} differs within 4 MiB from byte {place} ({size} bytes, not {self.size})")
                    if not left:
                        return
                    place += len(left)
        finally:
            there.unlink(missing_ok=True)


def hashes(path):
    md5, sha512 = hashlib.md5(), hashlib.sha512()
    with open(path, "rb") as file:
        while block := file.read(4 * MIB):
            md5.update(block)
            sha512.update(block)
    return md5.hexdigest(), sha512.hexdigest()


def make(folder, mib):
    """A qcow2 and a raw disk of `mib` MiB with the same content, pseudo-random so that nothing compresses or repeats."""
    raw, qcow2 = folder / "disk.raw", folder / "disk.qcow2"
    source = random.Random(7)
    with open(raw, "wb") as file:
        for _ in range(mib):
            file.write(source.randbytes(MIB))
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, qcow2], check=True)
    return [Disk(path, path.suffix[1:], path.stat().st_size, mib * MIB, *hashes(path)) for path in (qcow2, raw)]
