# SPDX-License-Identifier: MIT
"""osier get links, addresses, routes, rules, neighbours, sockets: the same as ip(8) and ss(8) tell, in a namespace of the test."""

import ipaddress
import json
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

SETUP = """
set -e
ip link set lo up
ip link add veth1 address 02:00:00:00:00:01 type veth peer name veth2
ip link add br0 type bridge
ip link set veth2 master br0
ip link property add dev veth1 altname a_rather_long_second_name_of_it altname third
ip link set veth1 mtu 1400 txqueuelen 77 up
ip link set veth2 up
ip link set br0 up
ip address add 10.1.2.3/24 broadcast + dev veth1
ip address add 10.9.9.1 peer 10.9.9.2/32 dev br0 label br0:x scope link
ip address add fd00:1::5/64 dev veth1 nodad valid_lft 9999 preferred_lft 5000
ip route add 172.16.0.0/12 via 10.1.2.254 metric 55 proto static
ip route add 172.20.0.0/16 nexthop via 10.1.2.7 weight 3 nexthop via 10.1.2.8
ip route add blackhole 192.0.2.0/24
ip route add default via 10.1.2.9 table 1234 src 10.1.2.3
ip route add fd00:2::/48 via fd00:1::9
ip rule add from 10.1.0.0/16 iif veth1 fwmark 0x10/0xff table 1234 priority 500
ip rule add not to 10.2.0.1 unreachable priority 600
ip neighbour add 10.1.2.50 lladdr 02:00:00:00:00:50 dev veth1 nud permanent
ip neighbour add proxy 10.1.2.60 dev veth1
"""


def needs(*programs):
    missing = [name for name in programs if not shutil.which(name)]
    return pytest.mark.skipif(bool(missing), reason=f"without {', '.join(missing)}")


pytestmark = [needs("ip", "ss", "unshare", "nsenter")]


def settle(pid):
    """Waits for the addresses that the kernel makes itself, a second after the links are up, tries out, and has routes for."""

    def told(*words):
        return subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", "ip", "-6", *words], check=True, capture_output=True, text=True).stdout

    same, before = 0, None
    for _ in range(200):
        links = json.loads(told("-json", "address", "show", "scope", "link"))
        made = {link["ifname"] for link in links if any(not a.get("tentative") for a in link.get("addr_info", []))}
        routes = sorted(re.sub(r" expires \d+sec", "", line) for line in told("route", "show", "table", "all").splitlines())
        same = same + 1 if routes == before else 0
        before = routes
        if same >= 5 and made >= {"veth1", "veth2", "br0"} or not os.path.exists("/proc/sys/net/ipv6"):
            return
        time.sleep(0.1)
    pytest.fail(f"the network of the test is not ready: {links}")


@pytest.fixture(scope="module")
def netns():
    """The number of a process in a network namespace that is set up."""
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo ready; exec sleep 1000"], stdout=subprocess.PIPE)
    try:
        if holder.stdout.readline() != b"ready\n":
            pytest.skip("no network namespaces here")
        done = subprocess.run(["nsenter", f"--net=/proc/{holder.pid}/ns/net", "sh", "-c", SETUP], capture_output=True)
        if done.returncode:
            pytest.skip(f"no such network can be made here: {done.stderr.decode()}")
        settle(holder.pid)
        yield holder.pid
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


@pytest.fixture
def inside(netns):
    """Runs a program in that namespace."""
    return lambda *words: subprocess.run(["nsenter", f"--net=/proc/{netns}/ns/net", *words], check=True, capture_output=True).stdout


@pytest.fixture
def ip(inside):
    return lambda *words: json.loads(inside("ip", "-json", "-details", "-statistics", *words))


def test_links(osier, netns, ip):
    ours = osier.json("get", "links", f"--netns={netns}")
    theirs = ip("link")
    assert [link["ifname"] for link in ours] == [link["ifname"] for link in theirs]
    for link, other in zip(ours, theirs):
        for key in "ifindex", "mtu", "qdisc", "link_type", "address", "broadcast", "operstate":
            assert link[key] == other[key], (link["ifname"], key)
        assert link["txqlen"] == other.get("txqlen", 0) and link["master"] == other.get("master")
        assert set(link["flags"].split(",")) - {""} <= set(other["flags"]) | {"LOWER_UP"}
        assert link["up"] == ("UP" in other["flags"])
        assert link["kind"] == other.get("linkinfo", {}).get("info_kind")
        assert link["altnames"] == (",".join(other["altnames"]) if "altnames" in other else None)
        for way in "rx", "tx":
            assert link[way]["errors"] == other["stats64"][way]["errors"]
            assert abs(link[way]["packets"] - other["stats64"][way]["packets"]) < 20  # some are sent meanwhile
    assert osier.json("get", "links", f"--netns={netns}", "--filter=ifname == veth1", "--fields=speed,duplex") == [
        {"speed": 10000, "duplex": "FULL"}
    ]


def test_addresses(osier, netns, ip):
    ours = osier.json("get", "addresses", f"--netns={netns}")
    theirs = [(link["ifname"], address) for link in ip("address") for address in link["addr_info"]]
    assert len(ours) == len(theirs)
    for ifname, other in theirs:
        [address] = [a for a in ours if a["ifname"] == ifname and a["local"] == other["local"]]
        for key in "family", "prefixlen", "scope":
            assert address[key] == other[key]
        for key, their_key in ("broadcast", "broadcast"), ("label", "label"), ("peer", "address"):
            assert address[key] == other.get(their_key), key
        for key, their_key in ("valid_life_time",) * 2, ("preferred_life_time",) * 2:
            theirs_of = other[their_key]
            assert address[key] == -1 if theirs_of == 4294967295 else abs(address[key] - theirs_of) < 60


def test_routes(osier, netns, ip):
    ours = osier.json("get", "routes", f"--netns={netns}")
    theirs = [*ip("-4", "route", "show", "table", "all"), *ip("-6", "route", "show", "table", "all")]
    flat = [{**route, **hop} for route in theirs for hop in route.get("nexthops", [{}])]
    assert len(ours) == len(flat)
    for route, other in zip(ours, flat):
        assert route["dst"] == other["dst"] and route["type"] == other.get("type", "unicast")
        for key in "gateway", "dev", "prefsrc":
            if key != "dev" or other.get("type", "unicast") != "blackhole":
                assert route[key] == other.get(key), (key, route, other)
        assert route["table"] == other.get("table", "main") and route["protocol"] == other.get("protocol", "boot")
        assert route["metric"] == other.get("metric", 0) and route["weight"] == other.get("weight", 0)
    assert [r["weight"] for r in ours if r["dst"] == "172.20.0.0/16"] == [3, 1]


def test_rules(osier, netns, ip):
    ours = osier.json("get", "rules", f"--netns={netns}")
    theirs = [*ip("-4", "rule"), *ip("-6", "rule")]
    assert len(ours) == len(theirs)
    for rule, other in zip(ours, theirs):
        src = other["src"] + (f"/{other['srclen']}" if "srclen" in other else "")
        assert rule["priority"] == other["priority"] and rule["src"] == src
        assert rule["dst"] == other.get("dst", "all") and rule["iif"] == other.get("iif")
        assert rule["table"] == other.get("table") and rule["inverted"] == ("not" in other)
        assert rule["action"] == other.get("action", "lookup")
    marked = next(rule for rule in ours if rule["priority"] == 500)
    assert (marked["fwmark"], marked["fwmask"]) == (0x10, 0xFF)


def test_neighbours(osier, netns, ip):
    """The kernel makes and forgets some of its own, for multicast: what ip(8) has before and after, ours has too."""

    def theirs():
        return {
            (n["dst"], n["dev"], n.get("lladdr"), ",".join(n["state"])) for n in ip("neighbour", "show", "nud", "all")
        }

    before = theirs()
    ours = osier.json("get", "neighbours", f"--netns={netns}")
    after = theirs()
    found = {(n["dst"], n["dev"], n["lladdr"], n["state"]) for n in ours if not n["proxy"]}
    assert before & after <= found <= before | after and len(before & after) >= 2
    assert next(n for n in ours if n["dst"] == "10.1.2.50")["state"] == "PERMANENT"


def test_a_namespace_by_its_name_and_path(osier):
    name = f"osier-test-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        pytest.skip("no network namespaces here")
    try:
        for word in name, f"/run/netns/{name}":
            assert osier("get", "links", f"--netns={word}", "--fields=ifname", "--no-header").out == "lo\n"
        assert osier.json("get", "sockets", f"--netns={name}") == []
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)
    for noun in "links", "routes", "sockets":
        done = osier("get", noun, f"--netns={name}")
        assert done.status == 1 and done.err.endswith(f"No such file or directory: '{name}'\n")
    assert osier("get", "links", "--netns=/dev/null").status == 1
    assert osier("get", "links", "--netns=").status == 1


def test_none_of_it_is_a_recorded_machines(osier, tmp_path):
    for noun in "links", "addresses", "routes", "rules", "neighbours":
        assert "[Errno 95]" in osier("get", noun, f"--root={tmp_path}").err


# ---- Sockets


def sockets_of_ss(inside, *words):
    """{(state, local, peer): (receive queue, send queue)}"""
    found = {}
    for line in inside("ss", "--numeric", "--all", "--no-header", *words).decode().splitlines():
        state, received, sent, local, peer = line.split()[:5]
        found[state, local, peer] = int(received), int(sent)
    return found


def end(socket, side, family):
    ip, port = socket[side]["ip"], socket[side]["port"]
    if not ip or ip == "::" and not port and side == "raddr":
        ip = "[::]" if family == "tcp6" else "0.0.0.0"
    elif ":" in ip:
        ip = "*" if ip == "::" and not socket["v6only"] else f"[{ip}]"
    return f"{ip}:{port or '*'}"


WORDS = {
    "ESTABLISHED": "ESTAB", "TIME_WAIT": "TIME-WAIT", "CLOSE_WAIT": "CLOSE-WAIT", "FIN_WAIT2": "FIN-WAIT-2", "CLOSE": "UNCONN",
}  # fmt: skip


def test_tcp_is_what_ss_tells(osier):
    with socket.socket() as listener, socket.socket() as client:
        listener.bind(("127.0.0.1", 0))
        listener.listen(7)
        client.connect(listener.getsockname())
        served, _ = listener.accept()
        served.send(b"12345")
        theirs = sockets_of_ss(lambda *words: subprocess.run(words, check=True, capture_output=True).stdout, "--tcp", "--ipv4")
        ours = osier.json("get", "sockets", "--tcp", "--filter=protocol == tcp")
        port = listener.getsockname()[1]
        own = {(WORDS.get(s["status"], s["status"]), f"{s['laddr']['ip']}:{s['laddr']['port']}"): s for s in ours}
        for (state, local, _), queues in theirs.items():
            if local.endswith(f":{port}") or local.endswith(f":{client.getsockname()[1]}"):
                found = own[state, local]
                assert (found["recv_q"], found["send_q"]) == queues
                assert {"pid": os.getpid(), "fd": found["fd"]} in found["owners"]
        sent = next(s for s in ours if s["laddr"]["port"] == port and s["status"] == "ESTABLISHED")
        assert sent["tcp"]["bytes_sent"] == 5 and sent["fd"] == served.fileno() and sent["tcp"]["rtt"] > 0
        assert sent["inode"] == os.fstat(served.fileno()).st_ino
        served.close()


def test_every_kind_is_seen(osier, tmp_path):
    made = []
    for family, kind, address in [
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        (socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
        (socket.AF_UNIX, socket.SOCK_STREAM, str(tmp_path / "a b")),
        (socket.AF_UNIX, socket.SOCK_DGRAM, f"\0osier\0{os.getpid()}"),
    ]:
        one = socket.socket(family, kind)
        one.bind(address)
        made.append(one)
    made[0].listen()
    made[1].listen()
    made[4].listen()
    if os.geteuid() == 0:
        made.append(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    seen = {s["fd"]: s for s in osier.json("get", "sockets", f"--filter=pid == {os.getpid()}")}
    for one, protocol in zip(made, ["tcp", "tcp6", "udp", "udp6", "unix", "unix", "raw"]):
        found = seen[one.fileno()]
        assert (found["protocol"], found["family"], found["type"]) == (protocol, one.family, one.type)
        assert found["uid"] in (os.getuid(), -1) and found["inode"] == os.fstat(one.fileno()).st_ino
        if one.family in (socket.AF_INET, socket.AF_INET6) and protocol != "raw":
            assert (found["laddr"]["ip"], found["laddr"]["port"]) == one.getsockname()[:2]
    assert seen[made[4].fileno()]["path"] == str(tmp_path / "a b") and seen[made[5].fileno()]["path"] == f"@osier@{os.getpid()}"
    listening = osier.json("get", "sockets", "--listening", f"--filter=pid == {os.getpid()}", "--fields=fd")
    udp_and_raw = [made[2], made[3], *made[6:]]
    assert {s["fd"] for s in listening} == {one.fileno() for one in [made[0], made[1], made[4], *udp_and_raw]}
    for one in made:
        one.close()


def test_sockets_of_a_namespace(osier, netns):
    server = subprocess.Popen(
        ["nsenter", f"--net=/proc/{netns}/ns/net", "python3", "-c",
         "import socket, time; s = socket.create_server(('10.1.2.3', 4321)); print(1, flush=True); time.sleep(100)"],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    server.stdout.readline()
    try:
        [found] = osier.json("get", "sockets", "--tcp", f"--netns={netns}")
        assert (found["laddr"], found["pid"]) == ({"ip": "10.1.2.3", "port": 4321}, server.pid)
        assert found["name"].startswith("python3")
        assert not osier.json("get", "sockets", "--tcp", "--filter=laddr.port == 4321")
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_recorded_sockets(osier, tmp_path):
    net = tmp_path / "proc/net"
    net.mkdir(parents=True)
    (net / "tcp").write_text(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 00000000:0016 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 1234 1 0 100 0 0 10 0\n"
        "broken\n   1: 0100007F:0019 0200007F:FFFF 01 0000000A:00000000 02:00000000 00000000  1000        0 77 1 0\n"
        "   2: 0100007F:10019 0200007F:FFFF 01 0:0 0:0 0 0 0 7\n   3: 0100007G:0019 0200007F:FFFF 01 0:0 0:0 0 0 0 7\n"
    )
    (net / "tcp6").write_text(
        "head\n 0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 33 0 99\n"
    )
    (net / "unix").write_text(
        "Num       RefCount Protocol Flags    Type St Inode Path\n"
        "ffff888: 00000002 00000000 00010000 0001 01 55 /run/a b\n0000: 00000002 00000000 00000000 0002 03 56\n"
        "0000: 00000002 00000000 00000000 0002 01 57 @x\nbroken\n"
    )
    order = tmp_path / "sys/kernel/cpu_byteorder"
    order.parent.mkdir(parents=True)
    order.write_text("little\n")
    fds = tmp_path / "proc/42/fd"
    fds.mkdir(parents=True)
    (tmp_path / "proc/42/stat").write_text("42 (web server) S 1 5 5 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3")
    (tmp_path / "proc/stat").write_text("btime 1000\n")
    (fds / "7").symlink_to("socket:[99]")
    (fds / "3").symlink_to("/dev/null")
    ours = osier.json("get", "sockets", f"--root={tmp_path}")
    short = [(s["protocol"], s["status"], s["laddr"]["ip"], s["laddr"]["port"], s["inode"], s["path"]) for s in ours]
    assert short == [
        ("tcp", "LISTEN", "0.0.0.0", 22, 1234, None),
        ("tcp", "ESTABLISHED", "127.0.0.1", 25, 77, None),
        ("tcp6", "LISTEN", "::1", 80, 99, None),
        ("unix", "LISTEN", None, 0, 55, "/run/a b"),
        ("unix", "ESTABLISHED", None, 0, 56, None),
        ("unix", "CLOSE", None, 0, 57, "@x"),
    ]
    assert (ours[1]["send_q"], ours[0]["recv_q"], ours[1]["uid"]) == (10, 3, 1000)
    assert ours[1]["raddr"] == {"ip": "127.0.0.2", "port": 65535}
    order.write_text("big\n")
    swapped = osier.json("get", "sockets", f"--root={tmp_path}")
    addresses = [ipaddress.ip_address(s["laddr"]["ip"]) for s in swapped[:3]]  # libcs write the last one in two ways
    assert addresses == [ipaddress.ip_address(text) for text in ("0.0.0.0", "1.0.0.127", "::1.0.0.0")]
    assert (ours[2]["pid"], ours[2]["fd"], ours[2]["name"]) == (42, 7, "web server") and ours[0]["pid"] is None
    assert len(osier.json("get", "sockets", "--listening", f"--root={tmp_path}")) == 3
    assert "[Errno 95]" in osier("get", "sockets", "--netns=x", f"--root={tmp_path}").err


def test_words_that_are_none(osier):
    assert osier("get", "sockets", "--filter=nothing == 1").status == 64
    assert re.match("protocol\tstatus\tladdr.ip\tladdr.port", osier("get", "sockets").out)
