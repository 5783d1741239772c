# SPDX-License-Identifier: MIT
"""What osier.psutil tells of the network: sockets and interfaces."""

import collections
import enum
import os
import socket

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

_STATES = dict(enumerate((
    "NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
    "LAST_ACK", "LISTEN", "CLOSING",
)))  # fmt: skip
_TCP4, _TCP6, _UDP4, _UDP6, _UNIX = 1, 2, 4, 8, 64  # OS_SOCKETS_…
_KINDS = {
    "all": _TCP4 | _TCP6 | _UDP4 | _UDP6 | _UNIX,
    "inet": _TCP4 | _TCP6 | _UDP4 | _UDP6,
    "inet4": _TCP4 | _UDP4,
    "inet6": _TCP6 | _UDP6,
    "tcp": _TCP4 | _TCP6,
    "tcp4": _TCP4,
    "tcp6": _TCP6,
    "udp": _UDP4 | _UDP6,
    "udp4": _UDP4,
    "udp6": _UDP6,
    "unix": _UNIX,
}
_psutil.prepare_net(
    {family.value: family for family in socket.AddressFamily}, {kind.value: kind for kind in socket.SocketKind}, _STATES
)


def check_kind(kind):
    """Raises ValueError for a kind of sockets that there isn't."""
    if kind not in _KINDS:
        raise ValueError(f"invalid {kind!r} kind argument; valid ones are: {', '.join(_KINDS)}")


def _namespace(pid):
    """The process whose network namespace is not ours; None where it is, or that can't be told."""
    try:
        own, its = (os.stat(f"/proc/{number}/ns/net") for number in ("self", pid))
    except OSError:
        return None
    return str(pid) if procfs() == "/proc" and own.st_ino != its.st_ino else None


def _look_for_net():
    """FileNotFoundError where PROCFS_PATH leads to nothing of the kind: that is no machine without a network."""
    if procfs() != "/proc":
        os.stat(f"{procfs()}/net")


def connections(kind, pid=None):
    """The sockets that a process has open, or all: a list of sconn."""
    check_kind(kind)
    if pid is None:
        _look_for_net()
    return _psutil.sockets(_KINDS[kind], *(() if pid is None else (pid, _namespace(pid))))


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


def net_if_stats():
    """{interface: whether it is up, how fast it is}"""
    _look_for_net()
    found = {}
    for name, bits, duplex, speed, mtu in _psutil.links():
        flags = [flag for index, flag in enumerate(_FLAGS) if bits & 1 << index]
        found[name] = snicstats("running" in flags, NicDuplex(duplex), speed, mtu, ",".join(flags))
    return found
