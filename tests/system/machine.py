# SPDX-License-Identifier: MIT
"""A Debian of its own: made by debootstrap, booted with its systemd in namespaces, without a machine around it.

Where systemd-nspawn could boot it, it asks the host for a systemd and its cgroups. This needs neither: a cgroup of the
unified hierarchy, wherever that is mounted, becomes the root of the machine's own; network, processes, mounts and names are its own,
so that nothing in it reaches the host but the directory that it is in.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SUITE = "bookworm"
PACKAGES = ["systemd", "systemd-sysv", "dbus", "cron", "procps", "python3-minimal"]
CACHED = ["nginx-light"]  # in the machine's own cache of apt, not installed


def make(place, log):
    """The pristine tree, in `place`/root; made once."""
    root = os.path.join(place, "root")
    if os.path.exists(os.path.join(place, "made")):
        return root
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    mirror = [os.environ["DEBIAN_MIRROR"]] if os.environ.get("DEBIAN_MIRROR") else []
    subprocess.run(["debootstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES), SUITE, root, *mirror],
                   check=True, stdout=log, stderr=log)
    with open(os.path.join(root, "etc/apt/apt.conf.d/99machine"), "w") as file:
        file.write('APT::Install-Recommends "false";\n')
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["chroot", root, "apt-get", "-qy", "--download-only", "install", *CACHED],
                   check=True, stdout=log, stderr=log, env=environment)
    for name, text in (("hostname", "machine\n"), ("hosts", "127.0.0.1 localhost\n127.0.1.1 machine\n")):
        with open(os.path.join(root, "etc", name), "w") as file:
            file.write(text)
    open(os.path.join(place, "made"), "w").close()
    return root


def unified():
    """Where cgroups of version 2 are mounted."""
    with open("/proc/self/mounts") as file:
        for line in file:
            words = line.split()
            if words[2] == "cgroup2":
                return words[1]
    return None


def mount(kind, source, target, *options):
    os.makedirs(target, exist_ok=True)
    subprocess.run(["mount", "-t", kind, *(["-o", ",".join(options)] if options else []), source, target], check=True)


def boot(root, cgroup):
    """In a child: the namespaces, then init in another one, whose number is printed."""
    with open(os.path.join(cgroup, "cgroup.procs"), "w") as file:
        file.write(str(os.getpid()))
    command = ["unshare", "--fork", "--kill-child", "--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup",
               "--propagation", "private", sys.executable, os.path.abspath(__file__), "inside", root]
    os.execvp(command[0], command)


def inside(root):
    """As the first process of the machine: mounts, then /sbin/init."""
    subprocess.run(["mount", "--bind", root, root], check=True)
    at = lambda path: os.path.join(root, path)
    mount("proc", "proc", at("proc"), "nosuid", "nodev", "noexec")
    mount("sysfs", "sysfs", at("sys"), "ro", "nosuid", "nodev", "noexec")
    mount("cgroup2", "cgroup2", at("sys/fs/cgroup"), "nosuid", "nodev", "noexec")
    mount("tmpfs", "tmpfs", at("dev"), "mode=755", "size=1m")
    mount("devpts", "devpts", at("dev/pts"), "newinstance", "ptmxmode=0666", "mode=620", "gid=5")
    mount("tmpfs", "tmpfs", at("dev/shm"), "mode=1777")
    mount("tmpfs", "tmpfs", at("run"), "mode=755")
    mount("tmpfs", "tmpfs", at("tmp"), "mode=1777")
    os.symlink("pts/ptmx", at("dev/ptmx"))
    for link, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
                         ("stderr", "/proc/self/fd/2")):
        os.symlink(target, at("dev/" + link))
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        open(at("dev/" + name), "w").close()
        subprocess.run(["mount", "--bind", "/dev/" + name, at("dev/" + name)], check=True)
    # Settings of the kernel are the host's but for those of the network, which is the machine's own.
    for path in filter(lambda path: os.path.exists(at(path)), ("proc/sys", "proc/sysrq-trigger")):
        subprocess.run(["mount", "--bind", at(path), at(path)], check=True)
        if path == "proc/sys":
            subprocess.run(["mount", "--bind", at("proc/sys/net"), at("proc/sys/net")], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", at(path)], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.chdir(root)
    subprocess.run(["mount", "--move", root, "/"], check=True)
    os.chroot(".")
    os.chdir("/")
    socket.sethostname("machine")
    os.setsid()
    os.execve("/sbin/init", ["/sbin/init", "--unit=multi-user.target", "--show-status=false"],
              {"container": "other", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb"})


class Machine:
    """A copy of the pristine tree, booted. `with Machine(root) as m: m.run(…)`."""

    def __init__(self, pristine, place):
        self.place = tempfile.mkdtemp(prefix="machine-", dir=place)
        self.root = os.path.join(self.place, "root")
        subprocess.run(["cp", "-a", "--reflink=auto", pristine, self.root], check=True)

    def __enter__(self):
        self.cgroup = os.path.join(unified(), "osier-machine-%d" % os.getpid())
        os.makedirs(self.cgroup, exist_ok=True)
        self.log = open(os.path.join(self.place, "console"), "wb")
        self.holder = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "boot", self.root, self.cgroup],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.init = self.find_init()
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def find_init(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.holder.poll() is None:
            with open(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children") as file:
                children = file.read().split()
            if children:
                with open(f"/proc/{children[0]}/comm") as file:
                    if file.read() == "systemd\n":
                        return int(children[0])
            time.sleep(0.05)
        raise RuntimeError("the machine doesn't boot: " + open(self.log.name).read())

    def run(self, *argv, check=False, text=None, **options):
        command = ["nsenter", "--target", str(self.init), "--all", "--root", "--wd", "--",
                   "/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", *argv]
        return subprocess.run(command, check=check, input=text, stdin=None if text else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def wait(self):
        """Until it has started everything, or given up on something."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            state = self.run("systemctl", "is-system-running").stdout.strip()
            if state in ("running", "degraded"):
                return
            time.sleep(0.2)
        raise RuntimeError("the machine doesn't come up: " + state)

    def __exit__(self, *_):
        self.holder.send_signal(signal.SIGKILL)  # init goes with its parent, and all with init
        self.holder.wait()
        deadline = time.monotonic() + 10
        while os.path.isdir(self.cgroup) and time.monotonic() < deadline:
            for path, _, _ in sorted(os.walk(self.cgroup), reverse=True):
                try:
                    os.rmdir(path)
                except OSError:
                    pass
            time.sleep(0.05)
        self.log.close()
        shutil.rmtree(self.place, ignore_errors=True)


if __name__ == "__main__":
    boot(*sys.argv[2:]) if sys.argv[1] == "boot" else inside(*sys.argv[2:])
