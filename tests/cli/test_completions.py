# SPDX-License-Identifier: MIT
"""Completions: each shell reads its file, and proposes what fits."""

import shutil
import subprocess

import pytest


def shell(name, *words, **options):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([name, *words], capture_output=True, text=True, timeout=60, **options)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


@pytest.fixture
def folder(build):
    return build / "docs" / "completions"


def bash(folder, *words):
    script = f'source {folder}/osier; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _osier; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return sorted(shell("bash", "--norc", "-c", script, "bash", *words, cwd="/").split("\n")[:-1])


def test_bash(folder, contract_names):
    assert bash(folder, "osier", "os.mk") == ["os.mkdir", "os.mkfifo", "os.mknod"]
    assert set(contract_names) <= set(bash(folder, "osier", ""))
    assert bash(folder, "osier", "os.makedirs", "--e") == ["--exist-ok"]
    assert bash(folder, "osier", "os.makedirs", "a", "--mo") == ["--mode="]
    assert "--json" in bash(folder, "osier", "os.makedirs", "--")
    assert "etc" in bash(folder, "osier", "os.listdir", "e")
    assert bash(folder, "osier", "--json", "os.getlo") == ["os.getloadavg", "os.getlogin"]


def test_fish(folder):
    shell("fish", "--no-config", "--no-execute", folder / "osier.fish")

    def fish(line):
        text = shell("fish", "--no-config", "-c", f"source {folder}/osier.fish; complete -C '{line}'", cwd="/")
        return [one.split("\t")[0] for one in text.splitlines()]

    assert fish("osier os.mk") == ["os.mkdir", "os.mkfifo", "os.mknod"]
    assert fish("osier os.makedirs --ex") == ["--exist-ok"]
    assert fish("osier os.mkdir --ex") == []
    assert "etc/" in fish("osier os.listdir et")


def test_zsh(folder, contract_names):
    shell("zsh", "-n", folder / "_osier")
    # What the function would propose, with zsh's own helpers replaced by ones that print.
    script = """
        _describe() { local -a list; list=("${(@P)2}"); print -rl -- $list }
        _files() { print files }
        words=("$@"); CURRENT=$#; PREFIX=${words[-1]}
        source %s/_osier
    """ % folder
    run = lambda *words: shell("zsh", "-f", "-c", script, "zsh", *words).splitlines()
    assert set(contract_names) <= {line.split(":")[0] for line in run("osier", "os.")}
    proposed = {line.split(":")[0] for line in run("osier", "os.makedirs", "--")}
    assert {"--exist-ok", "--mode", "--json"} <= proposed
    assert run("osier", "os.listdir", "x") == ["files"]
