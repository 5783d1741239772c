# SPDX-License-Identifier: MIT
"""A machine for tests that change one: a directory with an /etc of its own and this one's /usr, read-only, in namespaces."""

import os
import shutil
import subprocess
import types

import pytest

#: In a mount namespace of its own: what is mounted there nobody else sees, and it goes with the last process.
ENTER = """set -e
root=$1; build=$2; shift 2
mount --make-rprivate /
mount --bind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
mount --bind "$build" "$root/build"
mount -o remount,bind,ro "$root/build"
mount -t proc proc "$root/proc"
exec chroot "$root" "$@"
"""

FILES = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n",
    "group": "root:x:0:\nadm:x:4:\nsudo:x:27:\nwww-data:x:33:\nusers:x:100:\n",
    "shadow": "root:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\n",
    "gshadow": "root:*::\nadm:*::\nsudo:*::\nwww-data:*::\nusers:*::\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
    "login.defs": "UID_MIN 1000\nUID_MAX 60000\nGID_MIN 1000\nGID_MAX 60000\nSYS_UID_MIN 100\nSYS_UID_MAX 999\n"
    "SYS_GID_MIN 100\nSYS_GID_MAX 999\nUSERGROUPS_ENAB yes\nENCRYPT_METHOD SHA512\nMAIL_DIR /var/mail\n",
    "os-release": "ID=debian\nVERSION_ID=12\n",
    "hostname": "box\n",
    "hosts": "127.0.0.1\tlocalhost\n127.0.1.1\tbox\n",
}


def make(build, root):
    """The machine in an empty directory: write(PATH, TEXT), read(PATH), run(WORDS…) in it, osier(WORDS…)."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("namespaces are made by root")
    for name in ("etc/sudoers.d", "etc/cron.d", "usr", "build", "proc", "root", "tmp", "run", "var/lib", "var/log", "home", "dev", "site"):
        (root / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if os.path.islink(f"/{name}"):
            (root / name).symlink_to(os.readlink(f"/{name}"))
    if not (root / "lib").is_symlink():
        pytest.skip("programs and libraries aren't all in /usr")
    (root / "dev/null").write_text("")
    os.chmod(root / "root", 0o700)
    for name, text in FILES.items():
        (root / "etc" / name).write_text(text)
    for name in ("shadow", "gshadow"):
        os.chmod(root / "etc" / name, 0o640)

    def run(*words, env=None, unshare=(), **options):
        done = subprocess.run(
            ["unshare", "--mount", *unshare, "sh", "-c", ENTER, "enter", root, build, *words], capture_output=True, text=True, errors="surrogateescape",
            timeout=60, env={"PATH": "/fake:/usr/sbin:/usr/bin", "LC_ALL": "C.UTF-8", "OSIER_STATE": "/var/lib/osier", **(env or {})}, **options)
        if "unshare failed" in done.stderr or "ermission denied" in done.stderr.partition("\n")[0] and "mount" in done.stderr:
            pytest.skip("no namespaces here")
        return types.SimpleNamespace(status=done.returncode, out=done.stdout, err=done.stderr)

    def osier(*words, **options):
        return run("/build/osier", *words, **options)

    def write(path, text, mode=0o644):
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)

    def fake(name, text):
        """A program that tests have instead of a real one."""
        write(f"fake/{name}", f"#!/bin/sh\n{text}\n", 0o755)

    def apply(text, *words, name="site.toml", status=0):
        """Applies a state; afterwards nothing is to be done, and check says so."""
        write(f"site/{name}", text)
        done = osier("apply", f"/site/{name}", "--yes", *words)
        assert done.status == status, (done.out, done.err)
        if status == 0:
            again = osier("plan", f"/site/{name}", *words)
            assert (again.status, again.out, again.err) == (0, "nothing to do\n", ""), (again.out, again.err)
            checked = osier("check", f"/site/{name}", *words)
            assert checked.status == 0, checked.out
        return done

    def refused(text, name="site.toml"):
        write(f"site/{name}", text)
        done = osier("plan", f"/site/{name}")
        assert (done.status, done.out) == (1, ""), (done.out, done.err)
        return done.err

    def tree(*folders):
        """All in some directories: texts, modes and owners; links with where they lead."""
        found = {}
        for folder in folders:
            for directory, names, files in os.walk(root / folder.lstrip("/")):
                for name in names + files:
                    place = os.path.join(directory, name)
                    st = os.lstat(place)
                    text = os.readlink(place) if os.path.islink(place) else open(place, "rb").read() if os.path.isfile(place) else None
                    found[os.path.relpath(place, root)] = (oct(st.st_mode), st.st_uid, st.st_gid, text)
        return found

    return types.SimpleNamespace(
        root=root, run=run, osier=osier, write=write, fake=fake, apply=apply, refused=refused, tree=tree,
        read=lambda path: (root / path.lstrip("/")).read_text(), path=lambda path: root / path.lstrip("/"))
