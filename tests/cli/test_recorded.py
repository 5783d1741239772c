# SPDX-License-Identifier: MIT
"""osier get --root=DIR of recorded machines: other processors, old and odd kernels, broken and hostile files."""

import os

import pytest

MIB = 1 << 20
NOUNS = (
    "procs", "mounts", "memory", "swap", "meminfo", "cpu", "cpufreq", "cpus", "caches", "nodes", "stats", "load", "pressure CPU", "pressure MEMORY",
    "pressure IO", "cgroup", "cgroup /a", "cgroups", "uptime", "boot", "sockets", "sysctl", "hostname", "timezone", "locale", "release",
    "virtualization", "modules", "limits", "limits 5", "users", "sensors", "batteries", "disks", "vmstat", "proc 1",
    "tree", "tree 1",
)  # fmt: skip
KERNEL_ONLY = ("usage /", "os")
MEMINFO = "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 300 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"
CPU = "sys/devices/system/cpu/"


class Machine:
    """A recorded machine, made of the texts of its files."""

    def __init__(self, osier, top):
        self.osier, self.top = osier, top

    def __call__(self, files):
        for name, text in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def get(self, *words):
        return self.osier.json("get", *words, f"--root={self.top}")

    def failure(self, *words):
        done = self.osier("get", *words, f"--root={self.top}")
        assert (done.status, done.out) == (1, ""), done
        return done.err.strip()

    def survives(self):
        """Whatever is asked, it is answered or refused in one line: no crash, no hang, nothing of this machine."""
        for noun in NOUNS:
            for form in ("--json",), ():
                done = self.osier("get", *noun.split(), *form, f"--root={self.top}")
                assert done.status in (0, 1), (noun, done)
                assert done.status == 0 or (done.err.startswith("osier: ") and done.err.count("\n") == 1), (noun, done)


@pytest.fixture
def machine(osier, tmp_path):
    top = tmp_path / "machine"
    top.mkdir()
    return Machine(osier, top)


def test_arm_of_32_bits(machine):
    core = "processor\t: {}\nmodel name\t: ARMv7 Processor rev 4 (v7l)\nBogoMIPS\t: 38.40\nFeatures\t: half thumb neon\n\n"
    machine({
        "proc/cpuinfo": "".join(core.format(i) for i in range(4)) + "Hardware\t: BCM2835\nRevision\t: a02082\n",
        "proc/stat": "cpu  1 2 3 4\n" + "".join(f"cpu{i} 1 0 0 1\n" for i in range(4)) + "ctxt 5\nbtime 1000\n",
        "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "sys/class/thermal/thermal_zone0/trip_point_0_type": "critical\n",
        "sys/class/thermal/thermal_zone0/trip_point_0_temp": "90000\n",
    })
    assert [c["cpu"] for c in machine.get("cpu")] == [-1, 0, 1, 2, 3]
    assert machine.get("cpufreq") == []  # it doesn't tell
    assert machine.get("virtualization") == {"machine": None, "container": None}
    [sensor] = machine.get("sensors")
    assert (sensor["chip"], sensor["current"], sensor["critical"], sensor["high"]) == ("cpu-thermal", 48.312, 90, None)
    machine({CPU + "cpufreq/policy0/scaling_cur_freq": "600000\n", CPU + "cpufreq/policy0/scaling_max_freq": "1200000\n"})
    assert machine.get("cpufreq") == [{"cpu": 0, "current": 600, "min": 0, "max": 1200}]
    machine.survives()


def test_a_mainframe(machine):
    machine({
        "proc/cpuinfo": "vendor_id       : IBM/S390\n# processors    : 2\nbogomips per cpu: 3033.00\n"
        "features\t: esan3 zarch stfle\nprocessor 0: version = FF,  identification = 0133E8,  machine = 2964\n"
        "\ncpu number      : 0\ncpu MHz dynamic : 5208\ncpu MHz static  : 5200\n"
        "\ncpu number      : 4\ncpu MHz dynamic : 4000.5\ncpu MHz static  : 5200\n",
        "proc/sysinfo": "Manufacturer: IBM\n",
    })
    assert machine.get("cpufreq") == [
        {"cpu": 0, "current": 5208, "min": 0, "max": 0},
        {"cpu": 4, "current": 4000.5, "min": 0, "max": 0},
    ]
    machine.survives()


def test_power_and_cpus_that_are_offline(machine):
    machine({"proc/cpuinfo": "processor\t: 8\ncpu\t\t: POWER9\nclock\t\t: 3450.000000MHz\nrevision\t: 2.3\n\ntimebase\t: 512000000\n"})
    assert [(f["cpu"], f["current"]) for f in machine.get("cpufreq")] == [(8, 3450)]
    machine({"proc/cpuinfo": "processor\t: 0\ncpu MHz\t\t: 2000.000\n\nprocessor\t: 3\ncpu MHz\t\t: 800.250\n"})
    assert [(f["cpu"], f["current"]) for f in machine.get("cpufreq")] == [(0, 2000), (3, 800.25)]


def test_256_cpus_of_two_nodes(machine):
    online = [i for i in range(256) if i not in (7, 200)]
    tree = {CPU + "online": "0-6,8-199,201-255\n", CPU + "possible": "0-511\n"}
    for i in online:
        tree[CPU + f"cpu{i}/topology/thread_siblings_list"] = ",".join(str(t) for t in (i % 128, i % 128 + 128) if t in online) + "\n"
        tree[CPU + f"cpu{i}/topology/physical_package_id"] = f"{i // 64 % 2}\n"
    for i in (7, 200):
        tree[CPU + f"cpu{i}/online"] = "0\n"
    for node, cpus in enumerate(("0-63,128-191", "64-127,192-255")):
        tree[f"sys/devices/system/node/node{node}/cpulist"] = cpus + "\n"
    tree["proc/stat"] = "cpu  " + "9 " * 10 + "\n" + "".join(f"cpu{i} {i} 0 0 1 0 0 0 0 0 0\n" for i in online) + "ctxt 1\nbtime 5\n"
    machine(tree)
    times = machine.get("cpu")
    assert [t["cpu"] for t in times] == [-1, *online] and times[-1]["user"] // times[2]["user"] == 255
    top = machine.osier("get", "cpu", "--top=1", "--sort=-user", "--filter=cpu>=0", "--fields=cpu", "--no-header", f"--root={machine.top}")
    assert top.out == "255\n"
    machine.survives()


def test_cgroups_of_version_1_beside_version_2(machine):
    machine({
        "proc/meminfo": MEMINFO.replace("1000 kB", "9999999 kB").replace("300 kB", "9000000 kB"),
        "proc/self/cgroup": "4:memory:/a/b\n3:cpu,cpuacct:/a\n2:pids:/\n1:name=systemd:/x\n0::/unified\n",
        "proc/self/mountinfo": "30 20 0:25 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "31 20 0:26 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "32 20 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": f"{64 * MIB}\n",
        "sys/fs/cgroup/memory/a/memory.usage_in_bytes": f"{60 * MIB}\n",
        "sys/fs/cgroup/memory/a/memory.stat": f"cache 1\ntotal_inactive_file {MIB}\n",
        "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/a/b/memory.usage_in_bytes": f"{10 * MIB}\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "150000\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpuacct.usage": "77\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.stat": "nr_periods 3\nnr_throttled 2\nthrottled_time 5\n",
    })
    group = machine.get("cgroup")
    assert (group["memory_limit"], group["memory_current"], group["memory_available"]) == (64 * MIB, 10 * MIB, 5 * MIB)
    assert (group["cpu_quota"], group["cpu_usage"], group["periods"], group["throttled_time"]) == (1.5, 77, 3, 5)
    machine.survives()


def test_limits_of_version_2(machine):
    above, own = "sys/fs/cgroup/outer/", "sys/fs/cgroup/outer/inner/"
    machine({
        "proc/meminfo": MEMINFO.replace("300 kB", "900 kB"),
        "proc/self/cgroup": "0::/outer/inner\n",
        "proc/self/mountinfo": "30 20 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n",
        above + "memory.max": "409600\n", above + "memory.current": "399600\n", above + "pids.max": "30\n", above + "cpu.max": "50000 100000\n",
        own + "memory.max": "max\n", own + "memory.current": "100000\n", own + "memory.stat": "inactive_file 7\n",
        own + "memory.events": "oom 4\noom_kill 3\n", own + "pids.max": "max\n", own + "pids.current": "12\n",
        own + "cpu.max": "max 100000\n", own + "cpu.stat": "usage_usec 5\nnr_periods 1\nnr_throttled 1\nthrottled_usec 2\n",
        own + "memory.pressure": "some avg10=5.00 avg60=0.00 avg300=0.00 total=9\n",
    })  # fmt: skip
    group = machine.get("cgroup")
    assert (group["memory_limit"], group["memory_available"], group["oom_kills"]) == (409600, 10000, 3)
    assert (group["pids_limit"], group["pids_current"]) == (30, 12)
    assert (group["cpu_quota"], group["cpu_usage"], group["throttled_time"]) == (0.5, 5000, 2000)
    pressure = machine.get("pressure", "MEMORY", "--cgroup=/sys/fs/cgroup/outer/inner")
    assert pressure["some"]["avg10"] == 5 and pressure["some"]["total"] == 9000
    machine.survives()


def test_zfs_in_memory_and_mounts(machine):
    machine({
        "proc/meminfo": MEMINFO,
        "proc/spl/kstat/zfs/arcstats": "9 1 0x01 123 33456 1 2\nname type data\nc_min 4 10240\nsize 4 112640\n",
        "proc/self/mountinfo": "22 1 0:20 / / rw,relatime - zfs rpool/ROOT/debian rw,xattr,posixacl\n"
        "23 22 0:21 / /home/with\\040space rw - zfs rpool/home rw,xattr\n24 22 0:5 / /proc rw - proc proc rw\n",
    })
    assert machine.get("memory")["available"] == 400 * 1024 and machine.get("memory")["arc"] == 100 * 1024
    mounts = machine.get("mounts")
    assert [(m["device"], m["mountpoint"], m["fstype"]) for m in mounts] == [
        ("rpool/ROOT/debian", "/", "zfs"), ("rpool/home", "/home/with space", "zfs"),
    ]  # fmt: skip
    assert {m["total"] for m in mounts} == {None}  # nobody can be asked
    assert len(machine.get("mounts", "--pseudo")) == 3
    assert "/home/with space" in machine.osier("get", "mounts", f"--root={machine.top}").out
    assert "[Errno 95]" in machine.failure("mounts", "--sizes")
    machine.survives()


def test_mounts_that_no_path_leads_to(machine):
    machine({
        "proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 8:2 / /a/b rw - ext4 /dev/sdb1 rw\n31 30 8:3 / /a/b/c rw - ext4 /dev/sdc1 rw\n"
        "32 22 8:4 / /ab rw - ext4 /dev/sdd1 rw\n33 22 8:5 / /a rw - ext4 /dev/sde1 rw\n"
        "34 33 8:6 / /a/b rw - ext4 /dev/sdf1 rw\n35 22 8:7 / /p rw - ext4 /dev/sdg1 rw\n36 35 0:5 / /p rw - proc proc rw\n"
        # moved on top of one that is younger
        "37 41 8:8 / /m rw - ext4 /dev/sdh1 rw\n41 22 8:9 / /m rw - ext4 /dev/sdi1 rw\n"
        # nonsense: in itself, in each other
        "50 50 8:10 / /self rw - ext4 x rw\n51 52 8:11 / /o rw - ext4 y rw\n52 51 8:12 / /o/q rw - ext4 z rw\n",
    })
    assert {m["id"]: m["covered"] for m in machine.get("mounts")} == {
        22: False, 30: True, 31: True, 32: False, 33: False, 34: False, 35: True, 37: False, 41: True, 50: False, 51: False, 52: False,
    }  # fmt: skip


def supply(name, **files):
    return {f"sys/class/power_supply/{name}/{key}": value + "\n" for key, value in files.items()}


def test_batteries_that_charge_are_absent_or_broken(machine):
    machine(
        supply("AC", type="Mains", online="1")
        | supply("BAT0", type="Battery", status="Charging", energy_now="30000000", energy_full="40000000", power_now="9000000")
        | supply("BAT1", type="Battery", status="Discharging", charge_now="1000000", charge_full="4000000", current_now="-500000")
        | supply("BAT2", type="Battery", status="Unknown", present="0")
        | supply("BAT3", type="Battery", status="Full", energy_now="much", energy_full="0", capacity="97")
        | supply("BAT4", type="Battery")
        | supply("hid-mouse", type="Battery", status="Discharging", capacity="55", scope="Device")
        | {"sys/class/power_supply/BAT5": "no directory"}
    )
    assert [(b["name"], b["status"], b["percent"], b["time_left"]) for b in machine.get("batteries")] == [
        ("BAT0", "Charging", 75, None), ("BAT1", "Discharging", 25, 7200), ("BAT2", "Unknown", None, None),
        ("BAT3", "Full", 97, None), ("BAT4", "Unknown", None, None), ("hid-mouse", "Discharging", 55, None),
    ]  # fmt: skip
    machine.survives()


def test_sensors_of_chips(machine):
    old, new = "sys/class/hwmon/hwmon0/", "sys/class/hwmon/hwmon1/"
    machine({
        new + "name": "coretemp\n", new + "temp1_input": "45000\n", new + "temp1_label": "Package id 0\n", new + "temp1_max": "100000\n",
        new + "temp1_crit": "105000\n", new + "temp2_input": "-5500\n", new + "temp3_input": "", new + "fan1_input": "1200\n",
        new + "temp4_input": "hot\n", new + "tempx_input": "1\n", new + "temp_input": "1\n",
        old + "device/name": "it87\n", old + "device/fan2_input": "0\n",
    })  # fmt: skip
    found = {(s["chip"], s["label"], s["current"]) for s in machine.get("sensors")}
    assert {("coretemp", "Package id 0", 45), ("coretemp", "", -5.5), ("coretemp", "", 1200), ("it87", "", 0)} <= found
    assert all(s["current"] is not None for s in machine.get("sensors"))
    machine.survives()


def test_an_old_kernel(machine):
    machine({
        "proc/meminfo": "MemTotal:      1000 kB\nMemFree:        100 kB\nBuffers:         10 kB\nCached:         200 kB\n"
        "SwapTotal:      500 kB\nSwapFree:       400 kB\n",
        "proc/stat": "cpu  10 20 30 40\ncpu0 10 20 30 40\nintr 5 1\nctxt 6\nbtime 1234567890\nprocesses 7\n",
        "proc/loadavg": "0.20 0.18 12.12 1/80 11206\n",
        "proc/uptime": "350735.47 234388.90\n",
        "proc/5/stat": "5 (a) b) S 1 5 5 0 -1 4 3 0 0 0 1 2 0 0 20 0 1 0 50 4096 7\n",
        "proc/5/cmdline": "",
    })
    assert machine.get("memory")["available"] == 300 * 1024
    assert machine.get("swap")["used"] == 100 * 1024
    assert machine.get("cpu")[0]["steal"] == 0 and machine.get("stats")["forks"] == 7
    assert machine.get("load") == [pytest.approx(0.2), pytest.approx(0.18), pytest.approx(12.12)]
    assert machine.get("uptime") == pytest.approx(350735.47)
    [process] = machine.get("procs", "--fields=pid,name,ppid,rss,num_fds,cgroup")
    assert (process["pid"], process["name"], process["ppid"], process["num_fds"], process["cgroup"]) == (5, "a) b", 1, None, None)
    assert "No such file" in machine.failure("pressure", "IO")  # before 4.20, or switched off
    machine.survives()


TEXTS = {
    "empty": b"",
    "newlines": b"\n" * 5,
    "cut": None,
    "zeros": b"\0" * 5000,
    "letters": b"x" * 70000,
    "bytes": bytes(range(256)) * 50,
    "numbers": b"99999999999999999999999999999999 " * 3000,
    "labels": b"cpu 1\nMemTotal:\nsome avg10=\nphysical id\t: \ncpu MHz\t\t: \nbtime \nflags\nctxt\n",
    "lines": b"cpu" + b"1 " * 50 + b"\n" + b"1 (x) S" + b" -9" * 100 + b"\n" + b"MemTotal: -1 kB\n" * 20000,
}
FILES = {
    "proc/meminfo": MEMINFO,
    "proc/vmstat": "pswpin 1\n",
    "proc/stat": "cpu  1 2 3 4\ncpu0 1 2 3 4\nctxt 9\nbtime 77\n",
    "proc/loadavg": "0.1 0.2 0.3 1/2 3\n",
    "proc/uptime": "12.5 3\n",
    "proc/cpuinfo": "processor\t: 0\ncpu MHz\t\t: 2.5\n",
    "proc/modules": "a 16384 0 - Live 0x0\n",
    "proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n",
    "proc/self/cgroup": "0::/\n",
    "proc/self/limits": "Max open files            1024                 4096                 files     \n",
    "proc/pressure/cpu": "some avg10=1.00 avg60=0.00 avg300=0.00 total=1\n",
    "proc/pressure/memory": "some avg10=1.00 avg60=0.00 avg300=0.00 total=1\n",
    "proc/pressure/io": "some avg10=1.00 avg60=0.00 avg300=0.00 total=1\n",
    "proc/5/stat": "5 (five) S 1 5 5 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3\n",
    "proc/5/status": "Name:\tfive\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n",
    "proc/5/cmdline": "five\0",
    "proc/5/limits": "Max open files            1024                 4096                 files     \n",
    "proc/net/tcp": "  sl  local_address rem_address   st\n",
    "proc/sys/kernel/hostname": "box\n",
    "etc/hostname": "box\n",
    "etc/os-release": "ID=debian\n",
    "etc/sysctl.d/1.conf": "kernel.hostname = box\n",
    "etc/default/locale": "LANG=C\n",
    "run/systemd/sessions/1": "USER=x\n",
    "sys/class/hwmon/hwmon0/name": "chip\n",
    "sys/class/hwmon/hwmon0/temp1_input": "1\n",
    "sys/class/power_supply/BAT0/type": "Battery\n",
    "sys/class/power_supply/BAT0/capacity": "50\n",
    CPU + "cpu0/topology/core_cpus_list": "0\n",
    CPU + "cpufreq/policy0/scaling_cur_freq": "1\n",
    CPU + "online": "0\n",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_broken_texts(machine, kind):
    machine({name: text[: len(text) // 2] if kind == "cut" else TEXTS[kind] for name, text in FILES.items()}).survives()


def test_what_is_empty_is_no_answer(machine):
    machine(dict.fromkeys(FILES, ""))
    for noun in "memory", "swap", "meminfo", "cpu", "stats", "load", "uptime", "boot", "cgroup", "pressure CPU", "pressure IO":
        assert machine.failure(*noun.split()).startswith("osier: OSError: "), noun


def test_nothing_is_told_of_this_machine(machine):
    for noun in NOUNS:
        done = machine.osier("get", *noun.split(), "--json", f"--root={machine.top}")
        assert done.status == 1 or noun in ("cpufreq", "caches", "nodes", "cgroups", "hostname", "timezone", "locale", "virtualization", "modules", "users", "sensors", "batteries")
    for noun in ("links", "addresses", "routes", "rules", "neighbours"):
        assert "[Errno 95]" in machine.failure(noun)
    for noun in KERNEL_ONLY:
        done = machine.osier("get", *noun.split(), f"--root={machine.top}")
        assert done.status == 64 and "only the running kernel can answer it" in done.err


def test_links_and_fifos_lead_nowhere(machine, tmp_path):
    (tmp_path / "outside").write_text("5 (outside) S 1 5 5 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3\n")
    machine(FILES)
    for name in ("proc/5/stat", "proc/sys/kernel/hostname", "sys/class/hwmon/hwmon0/name", "proc/meminfo"):
        (machine.top / name).unlink()
        (machine.top / name).symlink_to(tmp_path / "outside")
    (machine.top / "proc/6").symlink_to("/proc/self")
    assert [p["name"] for p in machine.get("procs", "--fields=name")] == []
    assert machine.get("sensors") == []
    assert "outside" not in machine.osier("get", "sysctl", f"--root={machine.top}").out
    for name in FILES:
        (machine.top / name).unlink()
        os.mkfifo(machine.top / name)
    machine.survives()


def test_disks_and_what_they_are_made_of(machine):
    numbers = "10 1 2048 30 20 2 4096 60 3 90"
    devices = "8 0 sda", "8 1 sda1", "253 0 dm-0", "9 0 md0", "7 0 loop0", "104 0 cciss/c0d0", "11 0 sr0"
    stats = "".join(f" {device} {numbers} 120 0 0 0 0\n" for device in devices) + "8 16 sdb 1 2\n8 16 sdc a b c d e f g h i j\n"
    machine({
        "proc/diskstats": stats,
        "sys/class/block/sda/size": "1000\n",
        "sys/class/block/sda1/partition": "1\n",
        "sys/class/block/dm-0/dm/name": "vg-root\n",
        "sys/class/block/dm-0/slaves/sda1": "",
        "sys/class/block/md0/md/level": "raid1\n",
        "sys/class/block/md0/slaves/sda": "",
        "sys/class/block/cciss!c0d0/size": "2\n",
    })  # fmt: skip
    disks = {disk["name"]: disk for disk in machine.get("disks")}
    assert [(name, disk["type"]) for name, disk in disks.items()] == [
        ("sda", "disk"), ("sda1", "partition"), ("dm-0", "dm"), ("md0", "md"), ("loop0", "loop"), ("cciss/c0d0", "disk"), ("sr0", "rom")
    ]  # fmt: skip
    assert [name for name, disk in disks.items() if disk["counted"]] == ["sda", "loop0", "cciss/c0d0", "sr0"]
    assert disks["dm-0"]["label"] == "vg-root" and disks["dm-0"]["below"] == "sda1" and disks["sda"]["below"] is None
    sda = disks["sda"]
    assert (sda["size"], sda["read_bytes"], sda["write_bytes"], disks["cciss/c0d0"]["size"]) == (512000, 2048 * 512, 4096 * 512, 1024)
    assert (sda["read_time"], sda["write_time"], sda["busy_time"], sda["in_flight"]) == (30_000_000, 60_000_000, 90_000_000, 3)
    assert (sda["read_count"], sda["write_count"], sda["read_merged_count"], sda["write_merged_count"]) == (10, 20, 1, 2)


def test_events_of_memory(machine):
    machine({"proc/vmstat": "nr_free_pages 12\noom_kill 3\nodd\n"})
    assert machine.get("vmstat") == {"nr_free_pages": 12, "oom_kill": 3}
