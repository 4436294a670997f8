#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""subset.py PROFILE SEED: the profile with some of its rules, by chance; each tells of what it allows, too.

Rules are left out, have letters left out, hold for owners only or for all, are made patterns or denials. The cases'
own programs can always be executed, and what is left of a case can be killed.
"""
import random
import re
import sys

from compare import SIGNALS

FILE = re.compile(r'(owner )?"(/[^"]*)" ([rwklmix]+)')
LINK = re.compile(r'link "([^"]*)" -> "([^"]*)"')
TASK = re.compile(r'(signal|ptrace) \(([^)]*)\) peer="(.*-some)"')
KEPT = re.compile(r'"/(cases/|oracle")|capability kill$')


def letters(perms, draw):
    """Without one of them; exec goes by ix alone."""
    parts = re.findall(r"ix|[rwklm]", perms)
    if len(parts) > 1 and draw.random() < 0.3:
        parts.remove(draw.choice(parts))
    return "".join(parts)


def file_rule(owner, path, perms, draw):
    perms = letters(perms, draw)
    if draw.random() < 0.25:
        owner = "" if owner else "owner "
    if draw.random() < 0.1 and "ix" not in perms:
        path = re.sub(r"[^/]+(/?)$", r"*\1", path)
    deny = "deny " if draw.random() < 0.03 and "ix" not in perms else ""
    yield f'{deny}{owner}"{path}" {perms}'


def link_rule(name, target, draw):
    """A pair; or each by itself, where the link may do nothing that its target may not."""
    if draw.random() < 0.4:
        yield f'link "{name}" -> "{target}"'
        return
    some = draw.choice(["", "r", "w", "rw", "k"])
    yield f'"{name}" l{some}'
    if draw.random() < 0.7:
        yield f'"{target}" {draw.choice(["r", "rw", "rwk"])}'


def task_rules(kind, accesses, peer, draw):
    """Each access by itself, of some signals, and by some other word for the peer."""
    for access in accesses.split(", "):
        if draw.random() < 0.3:
            continue
        some = draw.sample(SIGNALS, len(SIGNALS) * 2 // 3) if kind == "signal" else ()
        some = f" set=({' '.join(sorted(some))})" if some else ""
        yield f'{kind} ({access}){some} peer="{draw.choice([peer, peer[:-1] + "*", "**"])}"'


def chosen(rule, draw):
    if KEPT.search(rule):
        yield rule
    elif found := TASK.fullmatch(rule):
        yield from task_rules(*found.groups(), draw)
    elif draw.random() < 0.3:
        return
    elif found := FILE.fullmatch(rule):
        yield from file_rule(found[1] or "", found[2], found[3], draw)
    elif found := LINK.fullmatch(rule):
        yield from link_rule(found[1], found[2], draw)
    else:
        yield rule


def main(path, seed):
    draw = random.Random(int(seed))
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    name = next(line for line in lines if line.startswith("profile ")).split('"')[1]
    for line in lines:
        rule = re.match(r"  (\S.*?),(?:  #.*)?$", line)
        if not rule or rule[1].startswith("include"):
            if not line.startswith("  "):
                print(line)
            continue
        for each in chosen(rule[1], draw):
            print(f"  audit {each},")
        if rule[1].startswith("signal "):
            print(f'  audit signal (send, receive) set=(kill) peer="{name}",')


if __name__ == "__main__":
    main(*sys.argv[1:])
