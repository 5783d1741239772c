# SPDX-License-Identifier: MIT
"""What osier.psutil tells of the machine: memory, CPUs, disks, counters, users, sensors."""

import collections
import glob
import os
import stat
import struct
import threading
import time

from osier import _psutil

svmem = collections.namedtuple(
    "svmem", "total available percent used free active inactive buffers cached shared slab"
)
sswap = collections.namedtuple("sswap", "total used free percent sin sout")
scputimes = collections.namedtuple(
    "scputimes", "user nice system idle iowait irq softirq steal guest guest_nice"
)
scpustats = collections.namedtuple("scpustats", "ctx_switches interrupts soft_interrupts syscalls")
scpufreq = collections.namedtuple("scpufreq", "current min max")
sdiskpart = collections.namedtuple("sdiskpart", "device mountpoint fstype opts")
sdiskusage = collections.namedtuple("sdiskusage", "total used free percent")
sdiskio = collections.namedtuple(
    "sdiskio",
    "read_count write_count read_bytes write_bytes read_time write_time read_merged_count write_merged_count busy_time",
)
snetio = collections.namedtuple(
    "snetio", "bytes_sent bytes_recv packets_sent packets_recv errin errout dropin dropout"
)
suser = collections.namedtuple("suser", "name terminal host started pid")
shwtemp = collections.namedtuple("shwtemp", "label current high critical")
sfan = collections.namedtuple("sfan", "label current")
sbattery = collections.namedtuple("sbattery", "percent secsleft power_plugged")

POWER_TIME_UNKNOWN, POWER_TIME_UNLIMITED = -1, -2
SECTOR = 512  # bytes, whatever the disk's own are


def procfs():
    """Where /proc is, with the core told so; osier.psutil puts its own here."""
    return "/proc"


def _percent(part, whole, digits=1):
    return round(part / whole * 100, digits) if whole else 0.0


def _text(path):
    """A file's text without the white space around it; None where it can't be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().strip()
    except OSError:
        return None


def _proc_lines(name):
    """The lines of a file of /proc; an OSError where it isn't there."""
    with open(f"{procfs()}/{name}", encoding="utf-8", errors="surrogateescape") as file:
        return file.read().splitlines()


def _number(path):
    text = _text(path)
    return int(text) if text and text.lstrip("-").isdigit() else None


# ---- Memory

_total = None


def virtual_memory():
    """How much memory there is, and how it is used."""
    procfs()
    global _total
    total, available, used, *rest = _psutil.virtual_memory()
    _total = total
    return svmem(total, available, _percent(total - available, total), used, *rest)


def total_memory():
    """All of it."""
    return _total or virtual_memory().total


def swap_memory():
    """How much swap there is, and how it is used."""
    procfs()
    total, used, free, sin, sout = _psutil.swap_memory()
    return sswap(total, used, free, _percent(used, total), sin, sout)


# ---- CPUs


def boot_time():
    """When the machine started: /proc/stat has it, to the second."""
    with open(f"{procfs()}/stat", encoding="ascii") as file:
        for line in file:
            if line.startswith("btime "):
                return float(line.split()[1])
    raise RuntimeError(f"line 'btime' was not found in {procfs()}/stat")


def cpu_times(percpu=False):
    """What the CPUs spent their time on, in seconds."""
    procfs()
    every = [scputimes(*row) for row in _psutil.cpu_times()]
    return every[1:] if percpu else every[0]


def cpu_count(logical=True):
    """How many CPUs there are, or cores."""
    procfs()
    if logical:
        try:
            return os.sysconf("SC_NPROCESSORS_ONLN")
        except ValueError:
            return len(_psutil.cpu_times()) - 1 or None
    return _psutil.cpu_cores() or None


def cpu_stats():
    """How often CPUs changed to another thread, or were interrupted."""
    procfs()
    return scpustats(*_psutil.cpu_stats(), 0)


def cpu_freq(percpu=False):
    """How fast the CPUs run, in MHz."""
    procfs()
    every = [scpufreq(*row) for row in _psutil.cpu_freq()]
    if percpu:
        return every
    if not every:
        return None
    if len(every) == 1:
        return every[0]
    return scpufreq(*(sum(column) / len(every) for column in zip(*every)))


def getloadavg():
    """How many processes ran or waited to run, over 1, 5 and 15 minutes."""
    return os.getloadavg()


def _busy(times):
    total = sum(times) - times.guest - times.guest_nice  # which are in user and nice
    return total, total - times.idle - times.iowait


def _cpu_share(before, now):
    total, busy = (b - a for a, b in zip(_busy(before), _busy(now)))
    return round(max(busy, 0) / total * 100, 1) if total > 0 else 0.0


def _cpu_shares(before, now):
    deltas = [max(b - a, 0) for a, b in zip(before, now)]
    total = sum(deltas) - deltas[8] - deltas[9]
    return scputimes(*(min(max(round(d / total * 100, 1), 0.0), 100.0) if total > 0 else 0.0 for d in deltas))


_last_shares = {}


def _over(interval, percpu, share, kind):
    """What `share` makes of the times since this thread's last call, or over an interval."""
    if interval is not None and interval < 0:
        raise ValueError(f"interval is not positive (got {interval})")
    key = (kind, threading.get_ident(), percpu)
    if interval:
        before = cpu_times(percpu)
        time.sleep(interval)
    else:
        before = _last_shares.get(key) or _first_times(percpu)
    now = _last_shares[key] = cpu_times(percpu)
    return [share(a, b) for a, b in zip(before, now)] if percpu else share(before, now)


_first = {}


def _first_times(percpu):
    return _first.get(percpu) or cpu_times(percpu)


def cpu_percent(interval=None, percpu=False):
    """How busy the CPUs were, since the last call or over `interval` seconds."""
    return _over(interval, percpu, _cpu_share, "percent")


def cpu_times_percent(interval=None, percpu=False):
    """The same, by what they did."""
    return _over(interval, percpu, _cpu_shares, "times")


try:
    _first.update({percpu: cpu_times(percpu) for percpu in (False, True)})
except OSError:
    pass


# ---- Disks


def _file_systems():
    """The kinds that have a device, and ZFS."""
    kinds = {"zfs"}
    for line in _proc_lines("filesystems"):
        first, _, kind = line.partition("\t")
        if first != "nodev":
            kinds.add(kind.strip() or first.strip())
    return kinds


def disk_partitions(all=False):
    """What is mounted; no file system is touched for it."""
    kinds = None if all else _file_systems()
    found = []
    for device, mountpoint, fstype, opts in _psutil.mounts():
        device = "" if device == "none" else device
        if device in ("/dev/root", "rootfs"):
            device = _root_device(device)
        if all or (device and fstype in kinds):
            found.append(sdiskpart(device, mountpoint, fstype, opts))
    return found


def _root_device(otherwise):
    number = os.stat("/").st_dev
    name = os.path.basename(os.path.realpath(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}"))
    return f"/dev/{name}" if os.path.exists(f"/dev/{name}") else otherwise


def disk_usage(path):
    """How full a file system is."""
    fs = os.statvfs(path)
    total = fs.f_blocks * fs.f_frsize
    used = total - fs.f_bfree * fs.f_frsize
    free = fs.f_bavail * fs.f_frsize
    return sdiskusage(total, used, free, _percent(used, used + free))


def _is_device(name):
    """Whether it is a whole device and no partition of one."""
    return os.path.exists(f"/sys/block/{name.replace('/', '!')}")


def _disk_rows():
    for line in _proc_lines("diskstats"):
        fields = line.split()
        if len(fields) < 14:
            continue
        name = fields[2]
        reads, read_merged, read, read_ms, writes, write_merged, written, write_ms, _, busy = map(int, fields[3:13])
        yield name, (
            reads, writes, read * SECTOR, written * SECTOR, read_ms, write_ms, read_merged, write_merged, busy,
        )  # fmt: skip


def disk_io_counters(perdisk=False, nowrap=True):
    """What was read from disks and written to them."""
    rows = {name: row for name, row in _disk_rows() if perdisk or _is_device(name)}
    return _counters(rows, "disk_io_counters", sdiskio, perdisk, nowrap)


# ---- Counters that don't go back


class _Unwrapped:
    """Adds what a counter had before it began again."""

    def __init__(self):
        self.lock = threading.Lock()
        self.last, self.lost = {}, {}

    def run(self, rows, name):
        with self.lock:
            last = self.last.get(name, {})
            lost = self.lost.setdefault(name, collections.defaultdict(int))
            for key in set(last) - set(rows):
                for index in range(len(last[key])):
                    lost.pop((key, index), None)
            result = {}
            for key, row in rows.items():
                for index, (now, before) in enumerate(zip(row, last.get(key, row))):
                    if now < before:
                        lost[key, index] += before
                result[key] = tuple(now + lost[key, index] for index, now in enumerate(row))
            self.last[name] = rows
            return result

    def clear(self, name):
        with self.lock:
            self.last.pop(name, None)
            self.lost.pop(name, None)


_unwrapped = _Unwrapped()


def _counters(rows, name, kind, each, nowrap):
    if not rows:
        return {} if each else None
    if nowrap:
        rows = _unwrapped.run(rows, name)
    if each:
        return {key: kind(*row) for key, row in rows.items()}
    return kind(*(sum(column) for column in zip(*rows.values())))


def net_io_counters(pernic=False, nowrap=True):
    """What interfaces sent and received."""
    rows = {}
    for line in _proc_lines("net/dev")[2:]:
        name, _, numbers = line.rpartition(":")
        n = [int(number) for number in numbers.split()]
        rows[name.strip()] = (n[8], n[0], n[9], n[1], n[2], n[10], n[3], n[11])
    return _counters(rows, "net_io_counters", snetio, pernic, nowrap)


disk_io_counters.cache_clear = lambda: _unwrapped.clear("disk_io_counters")
net_io_counters.cache_clear = lambda: _unwrapped.clear("net_io_counters")


# ---- Users and terminals

_UTMP = struct.Struct("<hxxi32s4s32s256shhiii16s20s")
_USER_PROCESS = 7


def _name(raw):
    return os.fsdecode(raw.split(b"\0", 1)[0])


def _utmp_users():
    try:
        with open("/var/run/utmp", "rb") as file:
            data = file.read()
    except OSError:
        return
    for at in range(0, len(data) - _UTMP.size + 1, _UTMP.size):
        kind, pid, line, _, user, host, *_rest = _UTMP.unpack_from(data, at)
        if kind == _USER_PROCESS:
            host = _name(host)
            started = _rest[3] & 0xFFFFFFFF
            yield suser(_name(user), _name(line) or None, "localhost" if host in (":0", ":0.0") else host,
                        float(started), pid)  # fmt: skip


def _session_users():
    """logind's sessions, where there is no utmp any more."""
    for path in sorted(glob.glob("/run/systemd/sessions/*")):
        if path.endswith(".ref"):
            continue
        session = dict(line.partition("=")[::2] for line in (_text(path) or "").splitlines())
        if session.get("CLASS", "user") == "user" and session.get("USER"):
            started = int(session.get("REALTIME", "0")) / 1e6
            yield suser(
                session["USER"], session.get("TTY"), session.get("REMOTE_HOST", ""), started,
                int(session.get("LEADER", "0")) or None,
            )  # fmt: skip


def users():
    """Who is logged in."""
    return list(_utmp_users()) or list(_session_users())


_terminals = {}


def terminals():
    """{device number: path} of the terminals there are."""
    for path in glob.glob("/dev/tty*") + glob.glob("/dev/pts/*"):
        if path in _terminals.values():
            continue
        try:
            found = os.stat(path)
        except OSError:
            continue
        if stat.S_ISCHR(found.st_mode):
            # as /proc/PID/stat packs them, which is the kernel's own way
            major, minor = os.major(found.st_rdev), os.minor(found.st_rdev)
            _terminals[(minor & 0xFF) | major << 8 | (minor & ~0xFF) << 12] = path
    return _terminals


# ---- Sensors


def _sensors(kind):
    """(chip, base of the files) of each sensor of a kind: "temp", "fan"."""
    found = sorted({path.rsplit("_", 1)[0] for pattern in ("*", "*/device")
                    for path in glob.glob(f"/sys/class/hwmon/hwmon{pattern}/{kind}[0-9]*_*")})  # fmt: skip
    for base in found:
        chip = _text(os.path.join(os.path.dirname(base), "name"))
        if chip:
            yield chip, base


def _degrees(path):
    number = _number(path)
    return None if number is None else number / 1000


def _zones():
    """Temperatures of thermal zones, where no chip tells any."""
    for base in sorted(glob.glob("/sys/class/thermal/thermal_zone*")):
        current, chip = _degrees(base + "/temp"), _text(base + "/type")
        if current is None or chip is None:
            continue
        limits = {}
        for path in glob.glob(base + "/trip_point_*_type"):
            limits[_text(path)] = _degrees(path.replace("_type", "_temp"))
        yield chip, ("", current, limits.get("high"), limits.get("critical"))


def _temperatures():
    found = False
    for chip, base in _sensors("temp"):
        current = _degrees(base + "_input")
        if current is not None:
            found = True
            label = _text(base + "_label") or ""
            yield chip, (label, current, _degrees(base + "_max"), _degrees(base + "_crit"))
    if not found:
        yield from _zones()


def sensors_temperatures(fahrenheit=False):
    """{chip: [temperatures]}, in degrees Celsius."""
    result = collections.defaultdict(list)
    for chip, (label, current, high, critical) in _temperatures():
        high, critical = high or critical, critical or high
        values = [current, high, critical]
        if fahrenheit:
            values = [None if value is None else value * 9 / 5 + 32 for value in values]
        result[chip].append(shwtemp(label, *values))
    return dict(result)


def sensors_fans():
    """{chip: [fans]}, in turns a minute."""
    result = collections.defaultdict(list)
    for chip, base in _sensors("fan"):
        current = _number(base + "_input")
        if current is not None:
            result[chip].append(sfan(_text(base + "_label") or "", current))
    return dict(result)


def _first_number(base, *names):
    for name in names:
        number = _number(os.path.join(base, name))
        if number is not None:
            return number
    return None


def _plugged(state):
    for base in glob.glob("/sys/class/power_supply/A[CD]*"):
        online = _number(base + "/online")
        if online is not None:
            return online == 1
    return {"discharging": False, "charging": True, "full": True}.get(state)


def sensors_battery():
    """The battery, or None."""
    bases = sorted(base for base in glob.glob("/sys/class/power_supply/*")
                   if os.path.basename(base).startswith("BAT") or "battery" in os.path.basename(base).lower())  # fmt: skip
    if not bases:
        return None
    base = bases[0]
    now = _first_number(base, "energy_now", "charge_now")
    full = _first_number(base, "energy_full", "charge_full")
    power = _first_number(base, "power_now", "current_now")
    minutes = _first_number(base, "time_to_empty_now")
    percent = 100.0 * now / full if now is not None and full else _number(base + "/capacity")
    if percent is None:
        return None
    state = (_text(base + "/status") or "").lower()
    plugged = _plugged(state)
    left = POWER_TIME_UNKNOWN
    if plugged:
        left = POWER_TIME_UNLIMITED
    elif now is not None and power:
        left = int(now / abs(power) * 3600)
    elif minutes is not None:
        left = minutes * 60 if minutes >= 0 else POWER_TIME_UNKNOWN
    return sbattery(percent, left, plugged)
