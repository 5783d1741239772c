# SPDX-License-Identifier: MIT
"""Completions: each shell reads its file, and proposes what fits."""

import os
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
    return sorted(filter(None, shell("bash", "--norc", "-c", script, "bash", *words, cwd="/").split("\n")))


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


@pytest.fixture
def journal(build, tmp_path, monkeypatch):
    """A transaction to undo, and a file of settings; the command that completions ask is the one that is built."""
    monkeypatch.setenv("OSIER_STATE", str(tmp_path / "journal"))
    monkeypatch.setenv("PATH", f"{build.resolve()}:/usr/bin:/bin")
    subprocess.run(["osier", "plan", "-o", tmp_path / "plan", "--", "os.mkdir", tmp_path / "new"], check=True, capture_output=True)
    subprocess.run(["osier", "apply", tmp_path / "plan", "--yes"], check=True, capture_output=True)
    (tmp_path / "app.ini").write_text("[main]\nport = 80\npeers = 3\nname = $(touch ran)\n$(touch ran) = 1\n")
    return tmp_path


def test_bash_verbs(folder, journal):
    file = str(journal / "app.ini")
    assert bash(folder, "osier", "get", "sysctl", "vm.swappi") == ["vm.swappiness"]
    assert bash(folder, "osier", "set", "sysctl", "vm.swappi") == ["vm.swappiness="]
    assert "Europe/Berlin" in bash(folder, "osier", "set", "timezone", "Europe/Be")
    assert bash(folder, "osier", "get", file, "main.p") == ["main.peers", "main.port"]
    assert bash(folder, "osier", "set", file, "main.p") == ["main.peers=", "main.port="]
    assert bash(folder, "osier", "set", "--unset", file, "main.p") == ["main.peers", "main.port"]
    assert bash(folder, "osier", "get", file, "main.$")  # what a file holds is not run
    assert bash(folder, "osier", "get", file[:-2]) == [file]
    assert not (journal / "ran").exists() and not os.path.exists("/ran")
    assert bash(folder, "osier", "watch", "proc") == ["proc", "procs"]
    assert bash(folder, "osier", "watch", "procs", "--sort=-cpu_n") == ["--sort=-cpu_num"]
    assert bash(folder, "osier", "why", "--interval=") == bash(folder, "osier", "os.getcwd", "") == []
    assert "1" in bash(folder, "osier", "why", "1")
    assert "bash" in bash(folder, "osier", "wait", "ba") and "1" in bash(folder, "osier", "kill", "1")
    assert bash(folder, "osier", "kill", "--signal=SIGTE") == ["--signal=SIGTERM"]
    assert bash(folder, "osier", "kill", "--timeout=") == []
    assert bash(folder, "osier", "undo", "") == bash(folder, "osier", "log", "") == ["1"]
    assert bash(folder, "osier", "check", "--format=n") == ["--format=nagios"]
    assert bash(folder, "osier", "help", "os_mk") == ["os_mkdir", "os_mkfifo", "os_mknod"]
    assert bash(folder, "osier", "help", "pla") == ["plan"]


def test_bash_plan(folder):
    assert bash(folder, "osier", "plan", "os.removed") == ["os.removedirs"]
    assert bash(folder, "osier", "plan", "os.getlo") == []  # which changes nothing
    assert bash(folder, "osier", "plan", "os.makedirs", "--ex") == ["--exist-ok"]
    assert "--title=" in bash(folder, "osier", "plan", "--")


def test_verbs_first(folder):
    names = (folder / "_osier").read_text()
    assert names.index("'walk:") < names.index("'os.getcwd:")


@pytest.fixture
def fish(folder):
    def run(line):
        text = shell("fish", "--no-config", "-c", f"source {folder}/osier.fish; complete -C \"{line}\"", cwd="/")
        return [one.split("\t")[0] for one in text.splitlines()]

    return run


def test_fish(folder, fish):
    shell("fish", "--no-config", "--no-execute", folder / "osier.fish")

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


def test_fish_verbs(fish, journal):
    file = journal / "app.ini"
    assert fish("osier get sysctl vm.swappi") == ["vm.swappiness"]
    assert fish("osier set sysctl vm.swappi") == ["vm.swappiness="]
    assert "Europe/Berlin" in fish("osier set timezone Europe/Be")
    assert fish(f"osier get {file} main.p") == ["main.peers", "main.port"]
    assert fish(f"osier set {file} main.p") == ["main.peers=", "main.port="]
    assert fish(f"osier set --unset {file} main.p") == ["main.peers", "main.port"]
    assert fish(f"osier get {str(file)[:-2]}") == [str(file)]
    assert fish("osier watch proc") == ["proc", "procs"]
    assert fish("osier why --interval=") == fish("osier os.getcwd ") == fish("osier kill --timeout=") == []
    assert "fish" in fish("osier wait fi") and "1" in fish("osier kill 1")
    assert "--signal=SIGTERM" in fish("osier kill --signal=SIGTE")
    assert fish("osier undo ") == ["1"]
    assert fish("osier help os_mk") == ["os_mkdir", "os_mkfifo", "os_mknod"]
    assert fish("osier plan os.removed") == ["os.removedirs"]
    assert fish("osier plan os.makedirs --ex") == ["--exist-ok"]
    assert fish("osier plan -- os.mkdir a ';' os.mkfi") == ["os.mkfifo"]


@pytest.fixture
def zsh(folder):
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
    return lambda *words: shell("zsh", "-f", "-c", script, "zsh", *words).splitlines()


def test_zsh(folder, zsh, contract_names):
    shell("zsh", "-n", folder / "_osier")
    run = zsh
    assert set(contract_names) <= {line.split(":")[0] for line in run("osier", "os.")}
    proposed = {line.split(":")[0] for line in run("osier", "os.makedirs", "--")}
    assert {"--exist-ok", "--mode", "--json"} <= proposed
    assert run("osier", "os.listdir", "x") == ["files"]
    assert run("osier", "walk", "--type=") == ["d", "f"]
    assert run("osier", "os.chown", "file", "r") == ["users"]
    assert "memory" in run("osier", "get", "m")
    assert {"pid", "name", "cgroup"} <= set(run("osier", "get", "procs", "--sort=-"))
    assert "--threads" in {line.split(":")[0] for line in run("osier", "get", "procs", "--")}


def test_zsh_verbs(zsh, journal):
    file = str(journal / "app.ini")
    assert "vm.swappiness" in zsh("osier", "get", "sysctl", "vm.")
    assert "vm.swappiness" in zsh("osier", "set", "sysctl", "vm.")
    assert "Europe/Berlin" in zsh("osier", "set", "timezone", "")
    assert {"main.peers", "main.port"} <= set(zsh("osier", "get", file, "main."))
    assert {"main.peers", "main.port"} <= set(zsh("osier", "set", "--unset", file, "main."))
    assert "files" in zsh("osier", "get", file)
    assert "procs" in zsh("osier", "watch", "p")
    assert zsh("osier", "why", "--interval=") == zsh("osier", "os.getcwd", "") == zsh("osier", "kill", "--timeout=") == []
    assert "zsh" in zsh("osier", "wait", "z") and "1" in zsh("osier", "kill", "1")
    assert "SIGTERM" in zsh("osier", "kill", "--signal=")
    assert [line.split(":")[0] for line in zsh("osier", "undo", "")] == ["1"]
    assert {"os.mkdir", "os_mkdir", "plan"} <= set(zsh("osier", "help", ""))
    assert "os.removedirs" in zsh("osier", "plan", "os.")
    assert "os.mkfifo" in zsh("osier", "plan", "--", "os.mkdir", "a", "\\;", "os.")
    assert "--exist-ok" in {line.split(":")[0] for line in zsh("osier", "plan", "os.makedirs", "--")}
