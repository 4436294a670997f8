#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is written about the command line says what the command line does: every command has a
# manual page and a --help, with the same options; the README's commands and options exist; every
# command is in CHANGELOG.md; every page refers to pages that exist.
set -u
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
exec python3 - <<'END'
import glob, os, re, subprocess, sys

trammel, source = os.environ["TRAMMEL"], os.environ["TRAMMEL_SOURCE"]
man_dir = os.path.join(os.environ.get("TRAMMEL_BUILD", ""), "man")
bad = []
OPTION = r"--[a-z][a-z-]*[a-z]"


def read(*path):
    with open(os.path.join(source, *path), encoding="utf-8") as f:
        return f.read()


def run(*args):
    r = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if r.returncode or r.stderr:
        bad.append(f"{' '.join(args)}: status {r.returncode}, {r.stderr.strip()}")
    return r.stdout


def section(text, name):
    m = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return m.group(1) if m else ""


def help_options(text):
    """The option table: lines that begin with an option."""
    return {o for line in re.findall(r"^ +(?:-\w, +)?(--.*)", text, re.M)
            for o in re.findall(rf"^{OPTION}", line)}


def page_options(text):
    """The terms of the definitions under OPTIONS."""
    terms = re.findall(r"^(\*\*-.*)\n: ", section(text, "OPTIONS"), re.M)
    return {o for term in terms for o in re.findall(OPTION, term)}


def compare(page, text, help_text, summary):
    in_help, in_page = help_options(help_text), page_options(text)
    for o in sorted(in_help - in_page):
        bad.append(f"{page}: {o} of --help is not under OPTIONS")
    for o in sorted(in_page - in_help):
        bad.append(f"{page}: {o} is not in --help")
    for o in sorted(set(re.findall(OPTION, section(text, "SYNOPSIS"))) - in_page - global_options):
        bad.append(f"{page}: {o} of SYNOPSIS is not under OPTIONS")
    said = re.search(r"^[\w-]+ - (.+)$", section(text, "NAME"), re.M)
    if not said or said.group(1).lower() != summary.lower():
        bad.append(f"{page}: NAME does not say '{summary}'")
    for need in ("SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
        if not section(text, need).strip():
            bad.append(f"{page}: no {need}")


def words_of(command, text):
    """The commands in a page's code: (indented or fenced) lines, continued ones joined."""
    text = text.replace("\\\n", " ")
    code = re.findall(r"^ {4}(.*)$", text, re.M)
    for block in re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S):
        code += block.split("\n")
    for line in code:
        for m in re.finditer(rf"(?:^|[\s|(]){re.escape(command)} +([^|#]*)", line):
            yield m.group(1).split()


def check_code(page, text):
    n = 0
    for words in words_of("trammel", text):
        while words and words[0] in global_options | {"-j", "-q", "-v"}:
            words.pop(0)
        if not words or words[0] not in commands:
            bad.append(f"{page}: 'trammel {' '.join(words[:2])}': no such command")
            continue
        n += 1
        for word in words[1:]:
            if word == "--":
                break
            o = re.match(OPTION, word)
            if o and o.group() not in commands[words[0]]:
                bad.append(f"{page}: trammel {words[0]} has no {o.group()}")
    return n


top = run(trammel, "--help")
global_options = help_options(top)
summaries = dict(re.findall(r"^  ([a-z]+) +(\S.*)$", top.split("\nOptions\n")[0], re.M))
helps = {c: run(trammel, c, "--help") for c in summaries}
commands = {c: help_options(t) for c, t in helps.items()}
if len(commands) < 7:
    bad.append(f"only {len(commands)} commands in --help: is this test looking at the right place?")

compare("trammel.8.md", read("docs", "trammel.8.md"), top,
        re.search(r"\n\n(.+)\.\n", top).group(1).replace("Watches", "watch").replace("writes", "write"))
changes = read("CHANGELOG.md")
for c, summary in summaries.items():
    page = f"trammel-{c}.8.md"
    if not os.path.exists(os.path.join(source, "docs", page)):
        bad.append(f"{c} has no manual page")
        continue
    compare(page, read("docs", page), helps[c], summary)
    if not re.search(rf"`trammel {c}[ `]", changes):
        bad.append(f"{c} is not in CHANGELOG.md")
    if f"**trammel-{c}**(8)" not in read("docs", "trammel.8.md"):
        bad.append(f"trammel.8.md does not name trammel-{c}(8)")

pages = {os.path.basename(p)[:-3] for p in glob.glob(os.path.join(source, "docs", "*.[1-8].md"))}
for page in sorted(pages):
    text = read("docs", page + ".md")
    name, number = page.rsplit(".", 1)
    if not text.startswith(f"# {name}({number})\n\n## NAME\n\n{name} - "):
        bad.append(f"{page}.md does not begin as a manual page does")
    for other in re.findall(r"\*\*(trammel[a-z-]*)\*\*\((\d)\)", text):
        if ".".join(other) not in pages:
            bad.append(f"{page}.md refers to {other[0]}({other[1]}), which is not there")
    check_code(page, text)
    made = os.path.join(man_dir, page)
    if os.path.isdir(man_dir) and not (os.path.exists(made) and os.path.getsize(made)):
        bad.append(f"{made} was not made")

readme = read("README.md")
if check_code("README.md", readme) < 5:
    bad.append("README.md shows too few commands")
if check_code("docs/ci.md", read("docs", "ci.md")) < 8:
    bad.append("docs/ci.md shows too few commands")
for c in summaries:
    if f"trammel {c}" not in readme:
        bad.append(f"README.md does not name trammel {c}")
targets = set(re.findall(r"^  ([a-z]+) ", run(os.path.join(source, "bootstrap"), "help"), re.M))
for word in re.findall(r"\./bootstrap ([a-z]+)", readme + read("CONTRIBUTING.md") + changes):
    if word not in targets:
        bad.append(f"'./bootstrap {word}' is not in its help")
for page in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/testing.md", "docs/ci.md"):
    for link in re.findall(r"\]\(([^)#:]+)\)", read(page)):
        if not os.path.exists(os.path.join(source, os.path.dirname(page), link)):
            bad.append(f"{page} links to {link}, which is not there")

print("\n".join(bad) or f"{len(commands)} commands, {len(pages)} pages")
sys.exit(bool(bad))
END
