# SPDX-License-Identifier: MIT
"""Settings, modules, mounts and swap in states: for the next start and in force, in a machine of the test's own."""

import os
import shutil

import machine as machines
import pytest


@pytest.fixture
def machine(build, tmp_path):
    return machines.make(build, tmp_path)


#: Applies a state, shows what SHOW prints, plans again, takes all back, and shows it again.
THERE_AND_BACK = """
show() { echo "[$1]"; eval "$SHOW"; }
show before
/build/osier apply /site/site.toml --yes > /dev/null
show after
/build/osier plan /site/site.toml
/build/osier check /site/site.toml > /dev/null && echo so
/build/osier undo > /dev/null
show undone
"""


def there_and_back(machine, text, show, unshare=("--net", "--uts"), before=""):
    """What SHOW has printed before, after and in the end, for a state that then had nothing to do."""
    machine.write("/site/site.toml", text)
    tree = machine.tree("etc")
    done = machine.run("sh", "-c", before + THERE_AND_BACK, env={"SHOW": show}, unshare=unshare)
    assert done.status == 0 and done.err == "", (done.out, done.err)
    first, rest = done.out.removeprefix("[before]\n").split("[after]\n")
    then, last = rest.split("[undone]\n")
    assert then.endswith("nothing to do\nso\n"), then
    assert first == last and (before or machine.tree("etc") == tree)
    return first, then.removesuffix("nothing to do\nso\n")


# ------------------------------------------------------------------------------ settings

SYSCTL = '[sysctl]\n"net.ipv4.ip_forward" = 1\n"net.ipv4.ip_local_port_range" = "20000   40000"\n"net.ipv4.conf.all.log_martians" = { value = 1, runtime = false }\n'


@pytest.mark.skipif(not shutil.which("sysctl", path="/usr/sbin"), reason="no sysctl")
def test_parameters_of_the_kernel(machine):
    show = "cd /proc/sys/net/ipv4; cat ip_forward ip_local_port_range conf/all/log_martians; cat /etc/sysctl.d/60-osier.conf 2>&1 || :"
    before, after = there_and_back(machine, SYSCTL, show)
    assert before.splitlines()[0] == "0" and "No such file" in before
    assert after == ("1\n20000\t40000\n0\nnet.ipv4.ip_forward = 1\nnet.ipv4.ip_local_port_range = 20000   40000\nnet.ipv4.conf.all.log_martians = 1\n")


@pytest.mark.skipif(not shutil.which("sysctl", path="/usr/sbin"), reason="no sysctl")
def test_a_parameter_that_the_kernel_refuses_changes_nothing(machine):
    before = machine.tree("etc")
    machine.write("/site/site.toml", '[sysctl]\n"net.ipv4.ip_forward" = 1\n"net.ipv4.ip_local_port_range" = "a b"\n')
    done = machine.run("sh", "-c", "/build/osier apply /site/site.toml --yes; echo $?; cat /proc/sys/net/ipv4/ip_forward", unshare=("--net",))
    assert done.out.splitlines()[-2:] == ["1", "0"] and "nvalid argument" in done.err
    assert machine.tree("etc") == before


def test_another_file_that_says_otherwise(machine):
    machine.write("/etc/sysctl.d/99-theirs.conf", "net.ipv4.ip_forward = 0\n")
    text = '[sysctl]\n"net.ipv4.ip_forward" = { value = 1, runtime = false }\n'
    assert "/etc/sysctl.d/99-theirs.conf:1 says otherwise" in machine.refused(text)
    machine.apply(text.replace("}", ", force = true }"))
    assert machine.read("/etc/sysctl.d/99-zz-osier.conf") == "net.ipv4.ip_forward = 1\n"
    machine.write("/etc/sysctl.d/99-theirs.conf", "net.ipv4.ip_forward = 1\n")
    assert machine.osier("undo").status == 0
    machine.apply(text)  # it is so already, whoever says it
    assert not machine.path("/etc/sysctl.d/60-osier.conf").exists()


def test_the_name_of_the_machine(machine):
    before, after = there_and_back(machine, '[host]\nhostname = "web1"\n', "hostname; cat /etc/hostname /etc/hosts", before="hostname box\n")
    assert before == "box\nbox\n127.0.0.1\tlocalhost\n127.0.1.1\tbox\n"
    assert after == "web1\nweb1\n127.0.0.1\tlocalhost\n127.0.1.1\tweb1\n"


@pytest.mark.skipif(not os.path.exists("/usr/share/zoneinfo/Europe/Berlin"), reason="no time zones")
def test_time_zones_and_locales(machine):
    before = machine.tree("etc")
    machine.write("/etc/timezone", "Etc/UTC\n")
    machine.apply('[host]\ntimezone = "Europe/Berlin"\n[locale]\nLANG = "C.UTF-8"\nLC_TIME = "POSIX"\n')
    assert os.readlink(machine.path("/etc/localtime")) == "../usr/share/zoneinfo/Europe/Berlin"
    assert machine.read("/etc/timezone") == "Europe/Berlin\n"
    assert machine.read("/etc/default/locale") == "LANG=C.UTF-8\nLC_TIME=POSIX\n"
    assert machine.osier("undo").status == 0
    machine.path("/etc/timezone").unlink()
    assert machine.tree("etc") == before


def test_settings_that_are_none(machine):
    told = machine.refused('[sysctl]\n"net.*" = 1\n"a b" = 1\n"x" = true\n"y" = ""\n"z" = "1\\n2"\n[host]\nhostname = "-x"\nname = "a"\n'
                           '[locale]\nPATH = "x"\nLANG = { valu = 1 }\n')
    for why in ("'net.*' is no parameter", "'a b' is no parameter", "site.toml:4:7: a value is a text or a number", "a value is one line, and not empty",
                "'-x' is no name of a machine", "not 'name'", "not 'PATH'", "has no 'valu'"):
        assert why in told, (why, told)
    told = machine.refused('[host]\ntimezone = "../../etc/passwd"\n[locale]\nLANG = "xx_YY.UTF-8"\n')
    assert "there is no time zone '../../etc/passwd'" in told and "there is no locale 'xx_YY.UTF-8'" in told


# ------------------------------------------------------------------------------ modules, mounts, swap


def test_modules_are_loaded(machine):
    machine.fake("modprobe", 'if [ "$1" = -r ]; then rmdir /sys/module/$3; else mkdir -p /sys/module/$2; fi')
    machine.path("/sys/module/old").mkdir(parents=True)
    state = ('[module.br_netfilter]\noptions = { a = 1, b = "x" }\n[module.old]\nblacklist = true\nloaded = false\n[module.later]\nloaded = false\n')
    before, after = there_and_back(machine, state, "ls /sys/module; cat /etc/modules-load.d/* /etc/modprobe.d/* 2>&1 || :")
    assert before.startswith("old\ncat: ")
    assert after == "br_netfilter\nbr_netfilter\nlater\noptions br_netfilter a=1 b=x\nblacklist old\n"


MOUNT = '[mount."/srv/my data"]\ndevice = "tmpfs"\ntype = "tmpfs"\noptions = "size=64k,mode=0750"\n'


def test_mounts(machine):
    machine.write("/etc/fstab", "# mine\nproc /proc proc defaults 0 0\n")
    show = "cat /etc/fstab; grep -c 'my.040data' /proc/self/mountinfo || :; ls -d /srv/* 2>/dev/null || :"
    before, after = there_and_back(machine, MOUNT, show)
    assert after == "# mine\nproc /proc proc defaults 0 0\ntmpfs\t/srv/my\\040data\ttmpfs\tsize=64k,mode=0750\t0\t0\n1\n/srv/my data\n"
    assert before == "# mine\nproc /proc proc defaults 0 0\n0\n"


def test_mounts_get_new_options_and_go(machine):
    machine.write("/site/first.toml", MOUNT)
    show = "grep -o 'my.040data.*' /proc/self/mountinfo | grep -o 'size=[0-9]*k' || echo none"
    _, after = there_and_back(machine, MOUNT.replace("64k", "128k"), show, before="/build/osier apply /site/first.toml --yes > /dev/null\n")
    assert after == "size=128k\n"
    before, after = there_and_back(machine, '[mount."/srv/my data"]\nabsent = true\n', show + "; cat /etc/fstab", before="mount -t tmpfs tmpfs '/srv/my data' -o size=64k\n")
    assert before.startswith("size=64k\ntmpfs\t/srv/my") and after.startswith("none\n") and "my" not in after


def test_what_is_below_a_mount_is_in_it(machine):
    state = MOUNT + '[file."/srv/my data/conf"]\ncontent = "x"\n'
    machine.write("/site/site.toml", state)
    done = machine.run("sh", "-c", "/build/osier apply /site/site.toml --yes > /dev/null; stat -f -c %T /srv/my*/conf; /build/osier plan /site/site.toml")
    assert (done.out, done.err) == ("tmpfs\nnothing to do\n", "")
    assert "says already what '/srv/my data' shall be" in machine.refused(MOUNT + '[dir."/srv/my data"]\n')


def test_a_mount_with_files_of_the_state_in_it_is_undone(machine):
    machine.write("/etc/fstab", "# none\n")
    before = machine.tree("etc", "srv")
    machine.write("/site/site.toml", MOUNT + '[file."/srv/my data/conf"]\ncontent = "x"\n[file."/etc/conf"]\nafter = ["mount:/srv/my data"]\ncontent = "y"\n')
    mounted = "echo mounted: $(grep -c my.040data /proc/self/mountinfo)"
    done = machine.run("sh", "-c", f"/build/osier apply /site/site.toml --yes > /dev/null; cat /srv/my*/conf; ls -A /srv/my*; {mounted}; "
                       f"/build/osier undo; echo status: $?; {mounted}; ls -A /srv; /build/osier undo")
    # osier's journal of the file is on what is mounted, and its undo was just done there.
    assert done.out.startswith("x.osier-0\nconf\nmounted: 1\n"), done.out
    assert "status: 0\nmounted: 0\n" in done.out and done.err.endswith("there is nothing to undo\n"), (done.out, done.err)
    assert machine.tree("etc", "srv") == before


def test_a_mount_that_fails_takes_all_back(machine):
    machine.write("/etc/fstab", "")
    before = machine.tree("etc", "srv")
    machine.write("/site/site.toml", '[mount."/srv"]\ndevice = "/dev/none"\ntype = "ext4"\n[file."/etc/x"]\n')
    done = machine.osier("apply", "/site/site.toml", "--yes")
    assert done.status == 1 and "/dev/none" in done.err
    assert machine.tree("etc", "srv") == before and not machine.path("/srv").exists()


@pytest.mark.skipif(not shutil.which("mkswap", path="/usr/sbin"), reason="no mkswap")
def test_swap(machine):
    machine.write("/etc/fstab", "/dev/sdb2 none swap sw 0 0\n")
    machine.fake("swapon", 'echo "$2 file 64 0 -2" >> /swaps')
    machine.fake("swapoff", 'grep -v "^$2 " /swaps > /swaps.new; cat /swaps.new > /swaps')
    machine.write("/swaps", "Filename Type Size Used Priority\n")
    before, after = there_and_back(machine, '[swap."/swapfile"]\nsize = "1M"\npriority = 5\n', "cat /swaps /etc/fstab; stat -c '%s %a' /swapfile 2>&1 || :",
                                   before="mount --bind /swaps /proc/swaps\n")
    assert after == ("Filename Type Size Used Priority\n/swapfile file 64 0 -2\n/dev/sdb2 none swap sw 0 0\n/swapfile none swap sw,pri=5 0 0\n1048576 600\n")
    assert "cannot statx '/swapfile'" in before
    machine.write("/swapfile", "somebody's")
    assert "'/swapfile' is another file of 10 bytes" in machine.refused('[swap."/swapfile"]\nsize = "1M"\n')
    for size in ("0", "5", "1G5", "-1M", "99999999999G"):
        assert "is no size of swap" in machine.refused(f'[swap."/swapfile"]\nsize = "{size}"\n')
    assert machine.read("/swapfile") == "somebody's"


# ------------------------------------------------------------------------------ all of them

EVERYTHING = """
[user.me]
groups = ["adm"]
[user.app]
system = true
home = "/srv/app"
create_home = true
[group.others]
[file."/srv/app/x"]
content = "1"
owner = "app"
[authorized_keys.me]
keys = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me"
[cron.a]
schedule = "*/5 * * * mon"
command = "x"
[timer.t]
calendar = "daily"
command = ["/bin/true"]
[limits.l]
domain = "@a"
both = { nofile = 5 }
[sudoers.s]
rules = "a ALL=(b) /c"
[module.mm]
options = { a = 1 }
[sysctl]
"net.ipv4.ip_forward" = 1
[host]
hostname = "web"
[locale]
LANG = "C.UTF-8"
[mount."/mnt/a/b"]
device = "tmpfs"
type = "tmpfs"
[set."/etc/crontab"]
MAILTO = "x"
"""


@pytest.mark.skipif(not all(shutil.which(name, path="/usr/sbin") for name in ("useradd", "sysctl")), reason="no useradd, no sysctl")
def test_a_machine_from_one_file_and_nothing_left_of_it(machine):
    machine.fake("modprobe", 'if [ "$1" = -r ]; then rmdir /sys/module/$3; else mkdir -p /sys/module/$2; fi')
    for name in ("sysctl.d", "security", "systemd", "modules-load.d", "modprobe.d", "default"):
        machine.path(f"/etc/{name}").mkdir()
    machine.path("/srv").mkdir()
    machine.write("/site/site.toml", EVERYTHING)
    script = ("hostname box; for words in 'apply --yes' plan check 'plan --against=1' undo; do echo \"[$words]\"; /build/osier $words $(case $words in undo) ;; *) echo /site/site.toml;; esac) "
              "> /out 2>&1 || echo failed; case $words in apply*|undo) ;; *) cat /out;; esac; done; hostname; grep -c mnt /proc/self/mountinfo; ls /srv /home /sys/module /etc/cron.d")
    done = machine.run("sh", "-c", script, unshare=("--net", "--uts"))
    assert done.out == ("[apply --yes]\n[plan]\nnothing to do\n[check]\nall 17 are so\n[plan --against=1]\nnothing to do\n[undo]\nbox\n0\n"
                        "/etc/cron.d:\n\n/home:\n\n/srv:\n\n/sys/module:\n"), (done.out, done.err)
    assert "me" not in machine.read("/etc/passwd") and machine.read("/etc/hostname") == "box\n"
