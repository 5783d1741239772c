# SPDX-License-Identifier: MIT
"""What osier.psutil tells of the network: sockets and interfaces."""

import array
import collections
import enum
import fcntl
import re
import socket
import struct

from osier import _psutil

snicaddr = collections.namedtuple("snicaddr", "family address netmask broadcast ptp")
snicstats = collections.namedtuple("snicstats", "isup duplex speed mtu flags")
sconn = collections.namedtuple("sconn", "fd family type laddr raddr status pid")
addr = collections.namedtuple("addr", "ip port")


class NicDuplex(enum.IntEnum):
    """How an interface sends and receives."""

    NIC_DUPLEX_UNKNOWN = 0
    NIC_DUPLEX_HALF = 1
    NIC_DUPLEX_FULL = 2


NIC_DUPLEX_UNKNOWN, NIC_DUPLEX_HALF, NIC_DUPLEX_FULL = NicDuplex


def procfs():
    """Where /proc is; osier.psutil puts its own here."""
    return "/proc"


# ---- Sockets

_TCP = {
    "01": "ESTABLISHED", "02": "SYN_SENT", "03": "SYN_RECV", "04": "FIN_WAIT1", "05": "FIN_WAIT2", "06": "TIME_WAIT",
    "07": "CLOSE", "08": "CLOSE_WAIT", "09": "LAST_ACK", "0A": "LISTEN", "0B": "CLOSING", "0C": "SYN_RECV",
}  # fmt: skip
_INET = {
    "tcp": (socket.AF_INET, socket.SOCK_STREAM),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    "udp6": (socket.AF_INET6, socket.SOCK_DGRAM),
}
_KINDS = {
    "all": ("tcp", "tcp6", "udp", "udp6", "unix"),
    "inet": ("tcp", "tcp6", "udp", "udp6"),
    "inet4": ("tcp", "udp"),
    "inet6": ("tcp6", "udp6"),
    "tcp": ("tcp", "tcp6"),
    "tcp4": ("tcp",),
    "tcp6": ("tcp6",),
    "udp": ("udp", "udp6"),
    "udp4": ("udp",),
    "udp6": ("udp6",),
    "unix": ("unix",),
}
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def check_kind(kind):
    """Raises ValueError for a kind of sockets that there isn't."""
    if kind not in _KINDS:
        raise ValueError(f"invalid {kind!r} kind argument; valid ones are: {', '.join(_KINDS)}")


def _address(text, family):
    """ "0100007F:0016" as the machine's words: ("127.0.0.1", 22); () without a port."""
    words, _, port = text.partition(":")
    port = int(port, 16)
    if not port:
        return ()
    raw = b"".join(struct.pack("=I", int(words[at : at + 8], 16)) for at in range(0, len(words), 8))
    return addr(socket.inet_ntop(family, raw), port)


def _lines(name):
    try:
        with open(f"{procfs()}/net/{name}", encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()[1:]
    except FileNotFoundError:
        if name.endswith("6"):  # a kernel without IPv6
            return []
        raise


def _inet_rows(name):
    family, kind = _INET[name]
    for line in _lines(name):
        fields = line.split()
        if len(fields) < 10:
            raise RuntimeError(f"error while parsing {procfs()}/net/{name}; malformed line {line!r}")
        status = _TCP.get(fields[3], "NONE") if kind == socket.SOCK_STREAM else "NONE"
        yield fields[9], (family, kind, _address(fields[1], family), _address(fields[2], family), status)


def _socket_kind(number):
    try:
        return socket.SocketKind(number)
    except ValueError:
        return number


def _unix_rows():
    for line in _lines("unix"):
        fields = line.split(" ", 7) if line.endswith(" ") else line.split(None, 7)
        if len(fields) < 7:
            continue
        path = fields[7] if len(fields) > 7 else ""
        yield fields[6], (socket.AF_UNIX, _socket_kind(int(fields[4], 16)), path, "", "NONE")


def connections(kind, files, others=False):
    """(fd, family, type, laddr, raddr, status, pid) of the sockets of the processes whose open files are given.

    With `others` also of those that none of them has open: without a pid.
    """
    owners = collections.defaultdict(list)
    for pid, rows in files.items():
        for path, fd, *_ in rows:
            found = _SOCKET.fullmatch(path)
            if found:
                owners[found[1]].append((pid, fd))
    seen = {}
    for name in _KINDS[kind]:
        for inode, row in _unix_rows() if name == "unix" else _inet_rows(name):
            whose = owners.get(inode, [(None, -1)] if others else [])
            for pid, fd in whose if name == "unix" else whose[:1]:
                seen[(fd, *row, pid)] = None
    return list(seen)


# ---- Interfaces


def net_if_addrs():
    """{interface: [addresses]}"""
    found = collections.defaultdict(list)
    rows = sorted(_psutil.addresses(), key=lambda row: row[1])
    for name, family, address, netmask, peer, broadcast in rows:
        if address is None and family != socket.AF_PACKET:
            continue
        if family == socket.AF_PACKET:
            netmask = None
            address = address or "00:00:00:00:00:00"
        try:
            family = socket.AddressFamily(family)
        except ValueError:
            pass
        found[name].append(snicaddr(family, address, netmask, peer if broadcast else None, None if broadcast else peer))
    return dict(found)


_FLAGS = (
    "up broadcast debug loopback pointopoint notrailers running noarp promisc allmulti master slave multicast"
    " portsel automedia dynamic"
).split()
_SIOCGIFFLAGS, _SIOCGIFMTU, _SIOCETHTOOL, _ETHTOOL_GSET = 0x8913, 0x8921, 0x8946, 1


def _ask(sock, name, request):
    answer = fcntl.ioctl(sock, request, struct.pack("16s24x", name.encode()[:15]))
    return answer[16:]


def _link(sock, name):
    """(duplex, speed in Mb/s) as the driver tells, if it does."""
    command = array.array("B", struct.pack("<I40x", _ETHTOOL_GSET))
    request = struct.pack("16sP16x", name.encode()[:15], command.buffer_info()[0])
    try:
        fcntl.ioctl(sock, _SIOCETHTOOL, request)
    except OSError:
        return NIC_DUPLEX_UNKNOWN, 0
    speed, duplex = struct.unpack_from("<HB", command, 12)
    high = struct.unpack_from("<H", command, 28)[0]
    speed |= high << 16
    return {0: NIC_DUPLEX_HALF, 1: NIC_DUPLEX_FULL}.get(duplex, NIC_DUPLEX_UNKNOWN), (
        0 if speed in (0xFFFF, 0xFFFFFFFF) else speed
    )


def net_if_stats():
    """{interface: whether it is up, how fast it is}"""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for line in _lines("dev")[1:]:
            name = line.rpartition(":")[0].strip()
            try:
                bits = struct.unpack_from("=H", _ask(sock, name, _SIOCGIFFLAGS))[0]
                mtu = struct.unpack_from("=i", _ask(sock, name, _SIOCGIFMTU))[0]
            except OSError:
                continue  # it is gone
            flags = ",".join(flag for index, flag in enumerate(_FLAGS) if bits & 1 << index)
            duplex, speed = _link(sock, name)
            found[name] = snicstats("running" in flags.split(","), duplex, speed, mtu, flags)
    return found
