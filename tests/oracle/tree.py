#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tree.py PROGRAM PROGRAMS DIR: DIR/image.tar and DIR/volume.tar, what the battery finds.

Each case has its own files, made beforehand: what it does to them is all that is seen of them.
PROGRAM is the battery, a static binary; PROGRAMS a directory of programs with an ELF interpreter, named
like the case that each is for.
"""
import io
import os
import re
import subprocess
import sys
import tarfile

# Cases that execute something of theirs.
EXECUTES = re.compile(r"exec|ptrace-exec")


def cases(program):
    listing = subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout
    return [line.split("\t")[0] for line in listing.splitlines()]


class Tree:
    """A tar with a directory tree in it."""

    def __init__(self, path):
        self.tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)

    def add(self, name, kind=tarfile.REGTYPE, content=b"", mode=0o644, link="", owner=0):
        info = tarfile.TarInfo(name.lstrip("/"))
        info.type, info.size, info.mode, info.linkname = kind, len(content), mode, link.lstrip("/")
        info.uid = info.gid = owner
        self.tar.addfile(info, io.BytesIO(content))

    def directory(self, name, mode=0o755):
        self.add(name, tarfile.DIRTYPE, mode=mode)

    def symlink(self, name, to):
        self.add(name, tarfile.SYMTYPE, link=to)

    def hard(self, name, to, mode=0o644):
        # The engine gives what a hard link leads to the link's mode.
        self.add(name, tarfile.LNKTYPE, mode=mode, link=to)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def interpreter_and_libraries():
    """(name, path) of ld.so and of the C library, as this machine's programs have them."""
    text = subprocess.run(["ldd", "/bin/true"], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"(?:(\S+) => )?(/\S+) \(0x", text)
    return [(name or "ld.so", os.path.realpath(path)) for name, path in found]


def programs(image, base, name, program, programs_dir):
    image.hard(f"{base}/prog", "/oracle", 0o755)
    image.add(f"{base}/script", content=f"#!{base}/prog nothing\n".encode(), mode=0o755)
    image.add(f"{base}/script2", content=f"#!{base}/script\n".encode(), mode=0o755)
    image.add(f"{base}/scriptbad", content=f"#!{base}/none\n".encode(), mode=0o755)
    image.add(f"{base}/garbage", content=b"\0\1\2 no program\n", mode=0o755)
    if "setuid" in name:
        image.add(f"{base}/setuid", content=read(program), mode=0o4755)
    if os.path.exists(f"{programs_dir}/{name}"):
        # Linked for this place: the path of its interpreter is absolute.
        image.add(f"{base}/dynamic", content=read(f"{programs_dir}/{name}"), mode=0o755)
        for library, path in interpreter_and_libraries():
            image.add(f"{base}/{library}", content=read(path), mode=0o755)


def in_image(image, name, program, programs_dir):
    base = f"/data/{name}"
    image.directory(base)
    image.directory(f"{base}/dir")
    image.directory(f"{base}/full")
    image.hard(f"/cases/{name}", "/oracle", 0o755)
    for file in "file", "other", "full/inner":
        image.add(f"{base}/{file}", content=b"content\n")
    image.add(f"{base}/private", content=b"content\n", mode=0o600)
    image.symlink(f"{base}/sym", "file")
    image.symlink(f"{base}/symdir", "full")
    image.symlink(f"{base}/dangling", "made")
    if EXECUTES.search(name):
        programs(image, base, name, program, programs_dir)


def on_volume(volume, name, program):
    volume.directory(name)
    volume.directory(f"{name}/dir")
    volume.directory(f"{name}/full")
    for file in "file", "other", "hard", "full/inner":
        volume.add(f"{name}/{file}", content=b"content\n")
    volume.hard(f"{name}/hard2", f"{name}/hard")
    volume.symlink(f"{name}/sym", "file")
    volume.add(f"{name}/fifo", tarfile.FIFOTYPE)
    volume.add(f"{name}/foreign", content=b"content\n", mode=0, owner=1000)
    if EXECUTES.search(name):
        volume.add(f"{name}/prog", content=read(program), mode=0o755)


def main(program, programs_dir, where):
    image, volume = Tree(f"{where}/image.tar"), Tree(f"{where}/volume.tar")
    for directory in "data cases proc sys dev etc tmp volume readonly scratch huge".split():
        image.directory(directory)
    image.add("oracle", content=read(program), mode=0o755)
    for name in cases(program):
        in_image(image, name, program, programs_dir)
        on_volume(volume, name, program)
    image.tar.close()
    volume.tar.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
