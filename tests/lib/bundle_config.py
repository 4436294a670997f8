#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""bundle_config.py DIR NAME PROFILE USER NNP [ARG...]: DIR/config.json, as Docker would run DIR/image.json.

USER is a name, a number or empty (the image's own), NNP true or false, PROFILE a file in Docker's format
or empty. With ARGs the container runs these instead of the image's command.
"""
import json
import sys

# What Docker gives to root; to others only as a bound.
CAPABILITIES = """CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP
NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE""".split()
MOUNTS = [
    ("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
    ("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    ("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
    ("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
    ("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
    ("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
]
# What Docker puts over the image's own, without a network. The resolver does other things without it.
FILES = {
    "hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
    "hostname": "{name}\n",
    "resolv.conf": "nameserver 192.0.2.1\n",
}


def ids(root, user):
    if user.isdigit() or not user:
        return int(user or 0), int(user or 0)
    with open(f"{root}/etc/passwd") as f:
        fields = next(line.split(":") for line in f if line.startswith(user + ":"))
    return int(fields[2]), int(fields[3])


def seccomp(path):
    with open(path) as f:
        profile = json.load(f)
    # The runtime's format is Docker's without the comments.
    for rule in profile["syscalls"]:
        rule.pop("comment", None)
    return profile


def etc_files(where, name):
    mounts = []
    for each, text in FILES.items():
        with open(f"{where}/{each}", "w") as f:
            f.write(text.format(name=name))
        mounts.append((f"/etc/{each}", "bind", f"{where}/{each}", ["rbind", "rprivate", "rw"]))
    return mounts


def main():
    where, name, profile, user, nnp, *args = sys.argv[1:]
    with open(f"{where}/image.json") as f:
        image = json.load(f)[0]["Config"]
    uid, gid = ids(f"{where}/lower", user or image.get("User") or "")
    caps = ["CAP_" + cap for cap in CAPABILITIES]
    held = caps if uid == 0 else []
    config = {
        "ociVersion": "1.0.2",
        "hostname": name,
        "root": {"path": f"{where}/rootfs", "readonly": False},
        "mounts": [dict(zip(("destination", "type", "source", "options"), mount)) 
                   for mount in MOUNTS + etc_files(where, name)],
        "process": {
            "args": args or (image.get("Entrypoint") or []) + (image.get("Cmd") or []),
            "env": image.get("Env") or ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            "cwd": image.get("WorkingDir") or "/",
            "user": {"uid": uid, "gid": gid},
            "noNewPrivileges": nnp == "true",
            "capabilities": {"bounding": caps, "effective": held, "permitted": held},
        },
        "linux": {
            "cgroupsPath": "/" + name,
            "namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }
    if profile:
        config["linux"]["seccomp"] = seccomp(profile)
    with open(f"{where}/config.json", "w") as f:
        json.dump(config, f, indent=1)


if __name__ == "__main__":
    main()
