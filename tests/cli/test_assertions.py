# SPDX-License-Identifier: MIT
"""What a state says that only osier check can look at: ports, web servers, names, processes, space, load, texts,
certificates. Everything that is asked is on this machine, and started by the test."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time

import pytest


@pytest.fixture
def check(osier, tmp_path):
    """Writes a state and checks it: each verdict by "KIND NAME"."""

    def run(text):
        (tmp_path / "s.toml").write_text(text)
        done = osier("check", "s.toml", "--json")
        assert done.err == "" and done.status in (0, 1), done.err
        verdicts = {f"{v['kind']} {v['name']}": v for v in json.loads(done.out)}
        assert done.status == (0 if all(v["right"] for v in verdicts.values()) else 1)
        return verdicts

    def one(text):
        (verdict,) = run(text).values()
        return verdict["what"] if not verdict["right"] else True

    run.one = one
    return run


@pytest.fixture
def refused(osier, tmp_path):
    """Checks a state that is wrong: what it is told."""

    def run(text):
        (tmp_path / "s.toml").write_text(text)
        done = osier("check", "s.toml")
        assert done.status == 1 and done.out == ""
        return done.err

    return run


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server):
    return server.getsockname()[1]


@pytest.fixture
def answer(listener):
    """Answers each connection with the same bytes, in pieces where there are several: its port, and what was asked."""
    state = {"pieces": [], "asked": b""}

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                asked = b""
                while b"\r\n\r\n" not in asked:
                    piece = connection.recv(4096)
                    if not piece:
                        break
                    asked += piece
                state["asked"] = asked
                try:
                    for piece in state["pieces"]:
                        connection.sendall(piece)
                        if len(state["pieces"]) > 1:
                            time.sleep(0.01)
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def give(*pieces):
        state["pieces"] = pieces
        return port_of(listener)

    give.state = state
    yield give
    listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


# ------------------------------------------------------------------------------ ports


def test_a_port_is_listened_at(check, listener):
    port = port_of(listener)
    assert check.one(f'[port."tcp:{port}"]') is True
    assert check.one(f'[port."tcp:{port}"]\naddress = "127.0.0.1"') is True
    assert check.one(f'[port."tcp:{port}"]\naddress = "0.0.0.0"') == "nobody listens there, at 0.0.0.0"
    assert check.one(f'[port."udp:{port}"]') == "nobody listens there"
    assert check.one(f'[port."tcp:{port}"]\nlistening = false') == "somebody listens there"
    listener.close()
    assert check.one(f'[port."tcp:{port}"]') == "nobody listens there"
    assert check.one(f'[port."tcp:{port}"]\nlistening = false') is True


def test_a_port_of_udp(check):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        assert check.one(f'[port."udp:{port_of(server)}"]') is True


def test_a_connection_is_made(check, listener):
    port = port_of(listener)
    verdicts = check(f'[connect."127.0.0.1:{port}"]\n[connect."localhost:{port}"]\n')
    assert all(v["right"] and v["perfdata"].endswith("s;;5;0;") for v in verdicts.values()) and len(verdicts) == 2
    listener.close()
    assert check.one(f'[connect."127.0.0.1:{port}"]') == "Connection refused"
    assert check.one('[connect."nothing.invalid:80"]') == "nothing.invalid has no address"


def test_a_connection_that_nobody_takes_is_given_up(check):
    with socket.socket() as server:  # nobody accepts, and none may wait: what comes next gets no answer
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        began = time.monotonic()
        assert check.one(f'[connect."127.0.0.1:{port_of(server)}"]\ntimeout = 0.2') == "nothing came within 0.2 s"
        assert time.monotonic() - began < 30
        for one in waiting:
            one.close()


# ------------------------------------------------------------------------------ web servers


def test_status_and_text(check, tmp_path):
    (tmp_path / "page").write_text("all is well\n")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path))

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        at = f"http://127.0.0.1:{server.server_port}"
        try:
            assert check.one(f'[http."{at}/page"]') is True
            assert check.one(f'[http."{at}/page"]\ntext = "is well"') is True
            assert check.one(f'[http."{at}/page"]\ntext = "is bad"') == "'is bad' isn't in the answer"
            assert check.one(f'[http."{at}/none"]') == "the status is 404, not 200"
            assert check.one(f'[http."{at}/none"]\nstatus = 404') is True
            assert check.one(f'[http."http://localhost:{server.server_port}/page"]') is True
        finally:
            server.shutdown()
            thread.join()


def test_what_is_asked(check, answer):
    port = answer(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert check.one(f'[http."http://127.0.0.1:{port}?a=1#top"]\nstatus = 204') is True
    lines = answer.state["asked"].decode().split("\r\n")
    assert lines[:2] == ["GET /?a=1 HTTP/1.1", f"Host: 127.0.0.1:{port}"] and "Connection: close" in lines


TEXT = b"hello, this is the text"
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD + b"\r\n" + TEXT],
        [HEAD + b"Content-Length: 23\r\n\r\n", TEXT],
        [b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + HEAD + b"content-length:23\r\n\r\n" + TEXT],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n7\r\nhello, \r\n10;x=y\r\nthis is the text\r\n0\r\n\r\n"],
        [bytes([c]) for c in HEAD + b"Transfer-Encoding: chunked\r\n\r\n7\r\nhello, \r\n10\r\nthis is the text\r\n0\r\n\r\n"],
        [b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100000 + TEXT],
    ],
)
def test_answers_of_all_kinds(check, answer, pieces):
    assert check.one(f'[http."http://127.0.0.1:{answer(*pieces)}/"]\ntext = "{TEXT.decode()}"') is True


@pytest.mark.parametrize(
    ("pieces", "what"),
    [
        ([b""], "the answer isn't HTTP, or ends too early"),
        ([b"SSH-2.0-server\r\n\r\n"], "the answer isn't HTTP, or ends too early"),
        ([b"HTTP/1.1 2000 OK\r\n\r\n"], "the answer isn't HTTP, or ends too early"),
        ([b"HTTP/1.1 200 OK\r\nA: b\r\n"], "the answer isn't HTTP, or ends too early"),
        ([b"x" * 100000], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Content-Length: 50\r\n\r\nhel"], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhel"], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n\r\n5\r\nhello, this"], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello, this\r\n0\r\n\r\n"], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"], "the answer isn't HTTP, or ends too early"),
        ([HEAD + b"Content-Length: 5\r\n\r\n01234" + TEXT], f"'{TEXT.decode()}' isn't in the answer"),
        ([HEAD + b"\r\n" + b"x" * 1500000 + TEXT], f"'{TEXT.decode()}' isn't in the answer"),
    ],
)
def test_answers_that_are_none(check, answer, pieces, what):
    assert check.one(f'[http."http://127.0.0.1:{answer(*pieces)}/"]\ntext = "{TEXT.decode()}"') == what


def test_an_answer_that_drips_is_given_up(check, answer):
    port = answer(HEAD, *[b"x"] * 500)
    began = time.monotonic()
    assert check.one(f'[http."http://127.0.0.1:{port}/"]\ntimeout = 0.1') == "nothing came within 0.1 s"
    assert time.monotonic() - began < 30


# ------------------------------------------------------------------------------ the machine


def test_names_have_addresses(check):
    assert check.one("[dns.localhost]") is True
    assert check.one('[dns.localhost]\naddresses = "127.0.0.1"') is True
    assert check.one('[dns.localhost]\naddresses = ["127.0.0.9"]') == "127.0.0.9 is none of its addresses"
    assert check.one('[dns."nothing.invalid"]') == "nothing.invalid has no address"


def test_names_without_their_program(osier, tmp_path):
    (tmp_path / "s.toml").write_text("[dns.localhost]\n")
    done = osier("check", "s.toml", env={**os.environ, "PATH": str(tmp_path)})
    assert done.status == 1 and "there is no getent(1) to look up localhost" in done.out
    (tmp_path / "s.toml").write_text('[dns.localhost]\n[connect."localhost:1"]\n[http."http://localhost:1"]\n')
    done = osier("check", "s.toml", "--format=nagios", env={**os.environ, "PATH": str(tmp_path)})
    assert done.status == 3 and done.out.startswith("STATE UNKNOWN"), done.out
    (tmp_path / "s.toml").write_text('[dns.localhost]\n[dir."%s/none"]\n' % tmp_path)
    done = osier("check", "s.toml", "--format=nagios", env={**os.environ, "PATH": str(tmp_path)})
    assert done.status == 2, "what is wrong for certain counts more"


def test_processes_run(check, tmp_path):
    name = f"osier-check-{os.getpid()}-long"  # more than the kernel's 15 bytes
    program = tmp_path / name
    shutil.copy(shutil.which("sleep"), program)
    running = [subprocess.Popen([program, "600"]) for _ in range(2)]
    try:
        assert check(f"[process.{name}]\ncount = 2")[f"process {name}"]["perfdata"] == "2;;;0;"
        assert check.one(f"[process.{name}]\ncount = 1") == "2 are running, not 1"
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        assert check.one(f'[process.{name}]\nuser = "{user}"') is True
        assert check.one(f'[process.{name}]\nuser = "nobody-at-all"') == "none of nobody-at-all is running"
    finally:
        for one in running:
            one.kill()
            one.wait()
    assert check.one(f"[process.{name}]") == "none is running"
    assert check.one(f"[process.{name}]\ncount = 0") is True


DEAD_MOUNT = """
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE, CLONE_NEWNS = 0x4000, 0x40000, 0x20000
fuse = os.open("/dev/fuse", os.O_RDWR) if os.path.exists("/dev/fuse") else -1
if fuse < 0 or libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
    sys.exit(77)
if libc.mount(b"dead", b"dead", b"fuse", 0, f"fd={fuse},rootmode=40000,user_id=0,group_id=0".encode()):
    sys.exit(77)
sys.exit(subprocess.run([sys.argv[1], "check", "dead.toml"], timeout=60).returncode)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="root mounts")
def test_a_dead_server_does_not_hold_up_who_asks_for_space(build, tmp_path):
    """A file system in a namespace of the test's own, whose server never answers: df(1) hangs there."""
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead.toml").write_text(f'[space."{tmp_path}/dead"]\nfree = "1K"\n')
    done = subprocess.run(
        ["/usr/bin/python3", "-c", DEAD_MOUNT, build / "osier"], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    if done.returncode == 77:
        pytest.skip("no FUSE here")
    assert done.returncode != 0 and "timed out" in done.stdout + done.stderr, done


def test_space_is_free(check, osier, tmp_path):
    assert check.one(f'[space."{tmp_path}"]\nfree = "1K"') is True
    assert "and not 1000T" in check.one(f'[space."{tmp_path}"]\nfree = "1000T"')
    assert check.one(f'[space."{tmp_path}/none"]\nfree = "1%"') == "No such file or directory"
    st = os.statvfs(tmp_path)
    total = (st.f_blocks - st.f_bfree + st.f_bavail) * st.f_frsize
    value, warn, critical, least, most = check(f'[space."{tmp_path}"]\nfree = "1K"\nwarn = "100%"')[f"space {tmp_path}"]["perfdata"].split(";")
    assert value.endswith("B") and 1024 < int(value[:-1]) <= total
    assert (warn, critical, least, most) == (f"{total}:", "1024:", "0", str(total))


def test_load(check):
    assert check.one("[load.1]\nbelow = 100000") is True
    assert ", and not below 0" in check.one("[load.15]\nbelow = 0")


def test_texts_in_files(check, tmp_path):
    path = tmp_path / "f"
    path.write_text("one = 1\ntwo\n")
    at = f'[match."{path}"]\n'
    assert check.one(at + 'pattern = "^(one|three) = [0-9]+$"') is True
    assert check.one(at + "pattern = ['^one', '^tw$']") == "no line matches '^tw$'"
    assert check.one(at + "without = ['^three', 'two$']") == "a line matches 'two$'"
    assert check.one(at + 'pattern = "two"\nwithout = "three"') is True
    path.unlink()
    assert check.one(at + 'pattern = "two"') == "No such file or directory"
    os.mkfifo(path)
    assert check.one(at + 'pattern = "two"') == "it is no regular file"


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")
def test_certificates_are_valid(check, osier, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-out", "c", "-days", "20", "-subj", "/CN=x"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    at = f'[cert."{tmp_path}/c"]\n'
    assert check.one(at + "days = 10") is True
    assert check.one(at) == "it isn't valid for 30 days any more"
    assert check(at + "days = 10\nwarn = 25")[f"cert {tmp_path}/c"]["warns"] is True
    assert check.one(f'[cert."{tmp_path}/k"]').startswith("openssl: ")
    assert check.one(f'[cert."{tmp_path}/none"]').startswith("openssl: ")
    done = osier("check", "s.toml", env={**os.environ, "PATH": str(tmp_path)})
    assert done.status == 1 and "there is no openssl(1) to read it" in done.out
    done = osier("check", "s.toml", "--format=nagios", env={**os.environ, "PATH": str(tmp_path)})
    assert done.status == 3 and done.out.startswith("STATE UNKNOWN"), done.out


# ------------------------------------------------------------------------------ warnings, plans, mistakes


def test_a_warning_is_right_and_told(osier, tmp_path):
    (tmp_path / "s.toml").write_text("[load.1]\nbelow = 100000\nwarn = 0\n")
    done = osier("check", "s.toml")
    assert done.status == 0 and done.out.startswith("warning: load 1: it is ") and done.out.endswith("all 1 are so\n")
    assert osier("check", "s.toml", "--format=tap").out.splitlines()[2].startswith("ok 1 - load 1")
    assert "failure message" not in osier("check", "s.toml", "--format=junit").out
    done = osier("check", "s.toml", "--format=nagios")
    assert done.status == 1 and done.out.startswith("STATE WARNING: all 1 are so, 1 with a warning: load 1 | wrong=0;;0;0;1 'load 1'=")
    assert done.out.endswith(";0;100000;0;\n")
    (tmp_path / "s.toml").write_text('[load.1]\nbelow = 100000\nwarn = 0\n[process."it\'s = no|ne"]\n')
    done = osier("check", "s.toml", "--format=nagios")
    assert done.status == 2 and "'process it''s _ no_ne'=0;;;0;" in done.out and done.out.count("|") == 1


def test_a_plan_has_nothing_of_them(osier, tmp_path):
    (tmp_path / "s.toml").write_text(f'[port."tcp:1"]\n[match."{tmp_path}/x/f"]\npattern = "a"\n[dir."{tmp_path}/x"]\nmode = "0700"\n')
    done = osier("plan", "s.toml")
    assert "port" not in done.out and "match" not in done.out and f"{tmp_path}/x" in done.out
    (tmp_path / "s.toml").write_text('[port."tcp:1"]\n')
    assert osier("plan", "s.toml").out == "nothing to do\n"
    assert osier("apply", "s.toml", "--yes").status == 0


def test_it_waits_for_a_server(osier, tmp_path):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        (tmp_path / "s.toml").write_text(f'[connect."127.0.0.1:{port_of(server)}"]\n')
        timer = threading.Timer(0.5, server.listen)
        timer.start()
        assert osier("check", "s.toml", "--wait=60s").status == 0
        timer.join()


def test_it_waits_for_the_right_answer(osier, tmp_path):
    answers = [HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n0\r\n\r\n", b"HTTP/1.1 503 No\r\n\r\n",
               HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"]

    def serve(server):
        for answer in answers:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.sendall(answer)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        (tmp_path / "s.toml").write_text(f'[http."http://127.0.0.1:{port_of(server)}/"]\ntext = "ok"\n')
        thread = threading.Thread(target=serve, args=[server])
        thread.start()
        done = osier("check", "s.toml", "--wait=60s")
        thread.join()
        assert done.status == 0, done.out


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('[port."sctp:80"]', 1, 7, "'sctp:80' is no port; one is \"tcp:80\" or \"udp:53\""),
        ('[port."tcp:0"]', 1, 7, "is no port"),
        ('[port."tcp:65536"]', 1, 7, "is no port"),
        ('[port."tcp:80x"]', 1, 7, "is no port"),
        ('[port."tcp:80"]\naddress = "here"', 2, 11, "'here' is no address of IPv4 or IPv6"),
        ('[port."tcp:80"]\nafter = []', 2, 1, "a port has no 'after'; it has listening, address"),
        ('[connect."host"]', 1, 10, "'host' is nothing to connect to"),
        ('[connect."-x:80"]', 1, 10, "is nothing to connect to"),
        ('[connect."[::1:80"]', 1, 10, "is nothing to connect to"),
        ('[connect."::1:80"]', 1, 10, "is nothing to connect to"),
        ('[connect."a:80"]\ntimeout = 0', 2, 11, "a timeout is in seconds, more than 0 and at most 3600"),
        ('[connect."a:80"]\ntimeout = nan', 2, 11, "a timeout is in seconds"),
        ('[connect."a:80"]\ntimeout = "5s"', 2, 11, "timeout is a number, not a text"),
        ('[http."https://a/"]', 1, 7, "'https://a/': only http is spoken here, without TLS"),
        ('[http."ftp://a/"]', 1, 7, "'ftp://a/' is no URL; one is \"http://127.0.0.1:8080/health\""),
        ('[http."http://"]', 1, 7, "is no URL"),
        ('[http."http://user@a/"]', 1, 7, "is no URL"),
        ('[http."http://a:/"]', 1, 7, "is no URL"),
        ('[http."http://a/ b"]', 1, 7, "is no URL"),
        ('[http."http://a/\\rX: y"]', 1, 7, "is no URL"),
        ('[http."http://a/"]\nstatus = 20', 2, 10, "a status is a number from 200 to 599"),
        ('[dns."a b"]', 1, 6, "'a b' is no name of a machine"),
        ('[dns."--help"]', 1, 6, "is no name of a machine"),
        ('[dns.a]\naddresses = ["b"]', 2, 13, "'b' is no address of IPv4 or IPv6"),
        ('[dns.a]\naddresses = [5]', 2, 14, "addresses has texts in it, not an integer"),
        ("[process.a]\ncount = -5", 2, 9, "count is a number from 0 on"),
        ('[process.""]', 1, 10, "a process has a name"),
        ('[space."/"]', 1, 8, "a space has a free: free = \"10%\""),
        ('[space."/"]\nfree = "101%"', 2, 8, "'101%' is no part of a disk; one is \"10%\" or \"5G\""),
        ('[space."/"]\nfree = "1"\nwarn = "-1G"', 3, 8, "is no part of a disk"),
        ('[space."/"]\nfree = "5GB"', 2, 8, "is no part of a disk"),
        ('[space."here"]\nfree = "5G"', 1, 8, "'here' is no absolute path"),
        ("[load.2]\nbelow = 1", 1, 7, "a load is the average of 1, 5 or 15 minutes"),
        ("[load.5]", 1, 7, "a load has a below"),
        ("[load.5]\nbelow = nan", 2, 9, "a load has a below"),
        ("[load.5]\nbelow = 1\nwarn = -2", 3, 8, "warn is a number from 0 on"),
        ('[match."/x"]', 1, 8, "a match has a pattern, or a without"),
        ('[match."/x"]\npattern = "("', 2, 11, "'(' is no extended regular expression"),
        ('[cert."/x"]\ndays = -1', 2, 8, "days are a number from 0 on"),
        ('[cert."/x"]\nwarn = 99999999999', 2, 8, "warn is a number of days, from 0 on"),
        ('[port."tcp:80"]\n[dir."/x"]\nafter = ["port:tcp:80"]', 3, 10, "nothing can wait for 'port:tcp:80': a plan makes no port"),
    ],
)
def test_mistakes_are_told_where_they_stand(refused, text, line, column, words):
    err = refused(text + "\n")
    first, shown, caret = err.splitlines()[:3]
    assert f"s.toml:{line}:{column}: " in first and words in first
    assert shown == "    " + text.splitlines()[line - 1] and caret == " " * (4 + column - 1) + "^"
