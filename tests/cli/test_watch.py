# SPDX-License-Identifier: MIT
"""osier watch, and osier get --prometheus: its grammar, and that it tells what the machine does."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from terminal import on_a_terminal

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:{{({LABEL}(?:,{LABEL})*)}})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN|[+-]Inf)")


def metrics_of(text):
    """{name: {labels: value}}, as Prometheus's text format 0.0.4 says; AssertionError where it is not that."""
    found, kinds, last = {}, {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        help_of = re.fullmatch(rf"# HELP ({NAME}) [^\n]+", line)
        kind_of = re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge)", line)
        if help_of:
            assert help_of[1] not in found, "the lines of a metric stand together"
            found[help_of[1]], last = {}, help_of[1]
        elif kind_of:
            assert kind_of[1] == last and last not in kinds
            kinds[last] = kind_of[2]
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and sample[1] == last and last in kinds, line
            assert sample[2] not in found[last], "no sample stands twice"
            found[last][sample[2]] = float(sample[3])
            assert (kinds[last] == "counter") == last.endswith("_total")
    return found


def test_the_grammar_and_the_values(osier):
    done = osier("get", "all", "--prometheus")
    assert (done.status, done.err) == (0, "")
    found = metrics_of(done.raw.decode("utf-8"))
    with open("/proc/meminfo") as file:
        total = int(file.readline().split()[1]) * 1024
    assert found["node_memory_MemTotal_bytes"][None] == total
    assert "node_memory_HugePages_Total" in found and "node_memory_Active_anon_bytes" in found
    assert abs(found["node_boot_time_seconds"][None] - (time.time() - time.clock_gettime(time.CLOCK_BOOTTIME))) < 5
    assert len(found["node_cpu_seconds_total"]) == 8 * os.sysconf("SC_NPROCESSORS_ONLN")
    assert found["node_network_up"]['device="lo"'] in (0, 1) and set(found["node_network_receive_bytes_total"]) == set(found["node_network_up"])
    assert found["node_load1"][None] >= 0 and found["node_forks_total"][None] > 0
    roots = [value for labels, value in found["node_filesystem_size_bytes"].items() if 'mountpoint="/"' in labels]
    fs = os.statvfs("/")
    assert roots == [fs.f_blocks * fs.f_frsize]


def test_labels_are_escaped(osier, tmp_path):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/stat").write_text("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nbtime 5\n")
    done = osier("get", "cpu", "--prometheus", f"--root={tmp_path}")
    found = metrics_of(done.out)
    assert found["node_cpu_guest_seconds_total"] == {'cpu="0",mode="user"': 0.09, 'cpu="0",mode="nice"': 0.1}
    assert osier("get", f"--root={tmp_path}", "boot", "--prometheus").out.endswith("\nnode_boot_time_seconds 5.000\n")


def test_what_has_no_metrics(osier):
    assert osier("get", "procs", "--prometheus").status == 64
    assert osier("get", "cpu", "--prometheus", "--fields=cpu").status == 64
    assert osier("get", "all").status == 64


def test_lines_of_json(osier):
    done = osier("watch", "procs", "--fields=pid", f"--filter=pid == {os.getpid()}", "--interval=0.05", "--count=3")
    assert (done.status, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [[{"pid": os.getpid()}]] * 3
    assert len(osier("watch", "--interval=0.01", "--count=2", "memory").out.splitlines()) == 2
    assert len(metrics_of(osier("watch", "load", "--prometheus", "--count=1").out)) == 3
    for words in ["nothing"], ["load", "--interval=0"], ["load", "--count=-1"], ["load", "--interval=x"], ["procs", "--fields=no"]:
        assert osier("watch", words[0], "--count=1", *words[1:]).status == 64, words
    assert osier("watch", "usage", "missing", "--count=5").status == 1


def test_a_terminal_shows_one_answer_at_a_time(build):
    status, shown = on_a_terminal(build / "osier", "watch", "load", "--interval=0.02", "--count=2")
    assert status == 0
    assert shown.count("\033[H\033[2J") == 2 and "load, every 0.02 s" in shown


def test_processes_with_what_they_use_now(osier):
    busy = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    try:
        words = ["--fields=pid,cpu_percent,cpu_percent_lifetime", f"--filter=pid == {busy.pid}", "--interval=0.3", "--count=6"]
        done = osier("watch", "procs", "--news", *words)
        assert (done.status, done.err) == (0, "")
        lines = [json.loads(line) for line in done.out.splitlines()]
        assert [sorted(line) for line in lines] == [["elapsed", "ended", "processes", "started", "unseen"]] * 6
        assert lines[0]["elapsed"] == 0 and all(line["elapsed"] > 0 for line in lines[1:])
        assert sum(line["elapsed"] for line in lines) > 1_200_000_000  # a late round shortens the next one
        first, *later = (line["processes"][0] for line in lines)
        assert first["cpu_percent"] is None
        assert all(0 <= one["cpu_percent"] < 250 and 0 < one["cpu_percent_lifetime"] < 250 for one in later)
        assert any(one["cpu_percent"] > 0 for one in later)  # a busy machine may keep it waiting for a while
    finally:
        busy.kill()
        busy.wait()
    assert osier("watch", "load", "--news", "--count=1").status == 64


def test_busy_processes_come_first_on_a_terminal(build):
    busy = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    try:
        status, shown = on_a_terminal(build / "osier", "watch", "procs", "--interval=0.3", "--count=2", "--top=3")
        assert status == 0
        screens = shown.split("\033[H\033[2J")[1:]
        assert len(screens) == 2
        for screen in screens:
            lines = [line for line in screen.splitlines() if line]
            assert re.search(r"^\d+ processes; \d+ started, \d+ ended, and \d+ that nobody saw, in [\d.]+ s$", lines[1])
            assert "cpu_percent" in lines[2] and len(lines) == 6
            used = [float(line.split()[3]) for line in lines[3:]]
            assert used[0] > 0 and used == sorted(used, reverse=True)
    finally:
        busy.kill()
        busy.wait()


def diskstats(top, reads, sectors, busy):
    (top / "proc").mkdir(exist_ok=True)
    (top / "next").write_text(f"8 0 sda {reads} 0 {sectors} 0 5 0 16 0 2 {busy} 0\n8 16 sdb 7 0 7 0 7 0 7 0 0 7 0\n")
    (top / "next").rename(top / "proc/diskstats")


def test_rates_of_disks(build, tmp_path):
    """The first look has none; then a counter's growth by the time between; one that began anew has none once."""
    diskstats(tmp_path, 10, 100, 1000)
    words = ["watch", "disks", f"--root={tmp_path}", "--interval=0.5", "--count=3", "--json"]
    watching = subprocess.Popen([build / "osier", *words], stdout=subprocess.PIPE, text=True)
    try:
        first = json.loads(watching.stdout.readline())
        diskstats(tmp_path, 110, 100 + 2048, 1000 + 100)
        second = json.loads(watching.stdout.readline())
        diskstats(tmp_path, 5, 7, 3)
        third = json.loads(watching.stdout.readline())
        assert watching.wait(20) == 0
    finally:
        watching.kill()
        watching.wait()
        watching.stdout.close()
    rates = ("read_rate", "write_rate", "read_ops_rate", "write_ops_rate", "busy_percent")
    assert [disk["name"] for disk in first] == ["sda", "sdb"]
    assert all(disk[name] is None for disk in first for name in rates)
    sda, sdb = second
    seconds = 100 / sda["read_ops_rate"]
    assert 0.4 < seconds < 20 and abs(sda["read_rate"] - 2048 * 512 / seconds) < 1e-3 * sda["read_rate"]
    assert abs(sda["busy_percent"] - 10 / seconds) < 1e-3 * sda["busy_percent"]
    assert sda["write_rate"] == sda["write_ops_rate"] == 0 and [sdb[name] for name in rates] == [0] * 5
    assert [third[0][name] for name in rates] == [None] * 5 and third[1]["read_rate"] == 0


LOOP = """
import socket
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    for _ in range(50):
        a.sendto(b"x" * 1000, ("127.0.0.1", 9))
    import time; time.sleep(0.01)
"""


def test_rates_of_links(build):
    """What a program sends through the loopback of a namespace goes both ways."""
    words = ["sh", "-c", 'ip link set lo up && { "$1" -c "$2" & pid=$!; "$3" watch links --fields=ifname,rx_rate,tx_rate,tx_packets_rate,tx.bytes '
             "--interval=0.5 --count=3; kill $pid; }"]  # fmt: skip
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "ip"))):
        pytest.skip("namespaces are made by root")
    command = ["unshare", "--net", *words, "sh", sys.executable, LOOP, str(build / "osier")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if "unshare failed" in done.stderr:
        pytest.skip("no namespaces here")
    first, *later = [next(link for link in json.loads(line) if link["ifname"] == "lo") for line in done.stdout.splitlines()]
    assert first["rx_rate"] is first["tx_rate"] is first["tx_packets_rate"] is None
    for before, now in zip([first, *later], later, strict=False):
        grown = now["tx.bytes"] - before["tx.bytes"]
        assert now["tx_rate"] == now["rx_rate"] > 0 and now["tx_packets_rate"] > 0
        assert 0.3 < grown / now["tx_rate"] < 20  # seconds


def test_rates_on_a_terminal(build):
    status, shown = on_a_terminal(build / "osier", "watch", "disks", "--interval=0.02", "--count=1")
    assert status == 0 and re.search(r"name +busy_percent +read_rate +write_rate +read_ops_rate +write_ops_rate", shown)


def test_a_footprint_is_read_where_it_is_named(osier):
    mine = f"--filter=pid == {os.getpid()}"
    [everything] = json.loads(osier("get", "procs", "--json", mine).out)
    assert everything["memory_footprint"] is None and everything["memory_info"]["rss"] > 0
    [named] = json.loads(osier("get", "procs", "--json", mine, "--fields=memory_footprint").out)
    assert named["memory_footprint"]["pss"] > 0
    [large] = json.loads(osier("get", "procs", "--json", mine, "--fields=pss", "--footprint-limit=4096").out)
    assert large == {"pss": None}


def test_it_ends_with_its_reader(build):
    watching = subprocess.Popen([build / "osier", "watch", "load", "--interval=0.01"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    watching.stdout.readline()
    watching.stdout.close()
    try:
        watching.wait(20)
    finally:
        watching.kill()
        watching.stderr.close()
