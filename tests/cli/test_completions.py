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


def test_bash_values(folder):
    for words in ["--type="], ["--type", "="]:
        assert bash(folder, "osier", "walk", *words) == (["--type=d", "--type=f"] if len(words) == 1 else ["d", "f"])
    assert bash(folder, "osier", "walk", "--type", "=", "f") == ["f"]
    assert "os.path.join" not in bash(folder, "osier", "walk", "")
    assert "memory" in bash(folder, "osier", "get", "m") and "mounts" in bash(folder, "osier", "get", "m")
    assert bash(folder, "osier", "os.chown", "file", "roo") == ["root"]
    assert bash(folder, "osier", "run", "--user=roo") == ["--user=root"]
    assert bash(folder, "osier", "os.kill", "1", "SIGTER") == ["SIGTERM"]
    assert bash(folder, "osier", "os.path.realpath", "--strict=ALL") == ["--strict=ALLOW_MISSING", "--strict=ALL_BUT_LAST"]
    assert bash(folder, "osier", "os.lseek", "0", "0", "SEEK_C") == ["SEEK_CUR"]
    assert bash(folder, "osier", "os.mounts", "--sort=fst") == ["--sort=fstype"]
    assert "--fields=f_bfree" in bash(folder, "osier", "os.statvfs", "--fields=")
    assert "--html=etc" in bash(folder, "osier", "du", "--html=e")
    assert bash(folder, "osier", "os.processes", "--fields=pid,na") == ["--fields=pid,name"]
    assert bash(folder, "osier", "os.processes", "--sort", "=", "-cpu_n") == ["-cpu_num"]


def test_bash_nouns(folder):
    assert "--sort=" in bash(folder, "osier", "get", "procs", "--so")
    assert bash(folder, "osier", "get", "--json", "procs", "--sort=pid,-nam") == ["--sort=pid,-name"]
    assert bash(folder, "osier", "get", "mounts", "--fields=fst") == ["--fields=fstype"]
    assert "etc" in bash(folder, "osier", "get", "usage", "e")


def test_verbs_first(folder):
    names = (folder / "_osier").read_text()
    assert names.index("'walk:") < names.index("'os.getcwd:")


def test_fish(folder):
    shell("fish", "--no-config", "--no-execute", folder / "osier.fish")

    def fish(line):
        text = shell("fish", "--no-config", "-c", f"source {folder}/osier.fish; complete -C '{line}'", cwd="/")
        return [one.split("\t")[0] for one in text.splitlines()]

    assert fish("osier os.mk") == ["os.mkdir", "os.mkfifo", "os.mknod"]
    assert fish("osier os.makedirs --ex") == ["--exist-ok"]
    assert fish("osier os.mkdir --ex") == []
    assert fish("osier walk --type=") == ["--type=d", "--type=f"]
    assert fish("osier run --user=roo") == ["--user=root"]
    assert "etc/" in fish("osier os.listdir et")
    assert fish("osier get mem") == ["meminfo", "memory"]
    assert fish("osier get procs --sort=-cpu_n") == ["--sort=-cpu_num"]
    assert fish("osier get --json procs --fields=pid,nam") == ["--fields=pid,name"]
    assert fish("osier os.processes --fields=cgr") == ["--fields=cgroup"]
    assert fish("osier os.chown file roo") == ["root"]
    assert "etc/" in fish("osier get usage et")


def test_zsh(folder, contract_names):
    shell("zsh", "-n", folder / "_osier")
    # What the function would propose, with zsh's own helpers replaced by ones that print.
    script = """
        _describe() { [[ $1 == -V ]] && shift; local -a list; list=("${(@P)2}"); print -rl -- $list }
        _files() { print files }
        _users() { print users }
        compset() { PREFIX=${PREFIX#*=} }
        compadd() { print -rl -- ${@[2,-1]} }
        words=("$@"); CURRENT=$#; PREFIX=${words[-1]}
        source %s/_osier
    """ % folder
    run = lambda *words: shell("zsh", "-f", "-c", script, "zsh", *words).splitlines()
    assert set(contract_names) <= {line.split(":")[0] for line in run("osier", "os.")}
    proposed = {line.split(":")[0] for line in run("osier", "os.makedirs", "--")}
    assert {"--exist-ok", "--mode", "--json"} <= proposed
    assert run("osier", "os.listdir", "x") == ["files"]
    assert run("osier", "walk", "--type=") == ["d", "f"]
    assert run("osier", "os.chown", "file", "r") == ["users"]
    assert "memory" in run("osier", "get", "m")
    assert {"pid", "name", "cgroup"} <= set(run("osier", "get", "procs", "--sort=-"))
    assert "--threads" in {line.split(":")[0] for line in run("osier", "get", "procs", "--")}
