# SPDX-License-Identifier: MIT
"""Steps that depend on each other: what a plan shows is what is done then, all of it and nothing else."""

import json
import os
import pathlib
import random
import shutil
import stat
import tempfile

import pytest

SCENARIOS = 200


@pytest.fixture
def tmp_path():
    """In memory: on a disk each plan that is applied waits for it."""
    memory = os.environ.get("OSIER_MEMORY", "/dev/shm")
    path = tempfile.mkdtemp(prefix="osier-test-", dir=memory if os.access(memory, os.W_OK) else None)
    yield pathlib.Path(path)
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def journal(tmp_path, monkeypatch):
    state = tmp_path.with_name(tmp_path.name + "-state")
    state.mkdir(mode=0o700)
    monkeypatch.setenv("OSIER_STATE", str(state))
    yield
    shutil.rmtree(state)


def look(top):
    """Every name below: type, mode, and what it holds; names of one file have one group."""
    found, names = {}, {}
    for at, dirs, files in os.walk(top):
        for name in dirs + files:
            path = os.path.join(at, name)
            st = os.lstat(path)
            held = os.readlink(path) if stat.S_ISLNK(st.st_mode) else open(path).read() if stat.S_ISREG(st.st_mode) else None
            found[path] = (st.st_mode, held)
            if not stat.S_ISDIR(st.st_mode):
                names.setdefault(st.st_ino, []).append(path)
    return found, sorted(sorted(group) for group in names.values())


TYPES = {"file": stat.S_IFREG, "dir": stat.S_IFDIR, "link": stat.S_IFLNK, "fifo": stat.S_IFIFO}


class Shown:
    """What a plan says that there will be: its entries, made on a picture of the machine."""

    def __init__(self, before, text, top):
        self.before, self.found = before, dict(before)
        lines = [json.loads(line) for line in text.splitlines()]
        self.contents = {line["content"]: line["text"] for line in lines if "content" in line and "entry" not in line and "step" not in line}
        self.where = {path: path for path in [*before, top]}  # where what was at a path, or an entry has made, is by now
        for line in lines:
            if "entry" in line:
                self.make(line)

    def locate(self, place):
        if "before" in place:
            return f"{self.where[place['before']]}/{place['name']}"
        return os.path.normpath(f"{self.where[place['made_by']]}/{place['below']}/{place['name']}")

    def moved(self, top, to):
        for key, path in self.where.items():
            if path == top or path.startswith(top + "/"):
                self.where[key] = to + path[len(top) :]

    def tree(self, top):
        return [path for path in self.found if path == top or path.startswith(top + "/")]

    def take(self, top):
        return {path[len(top) :]: self.found.pop(path) for path in self.tree(top)}

    def put(self, top, taken):
        for path in self.tree(top):
            del self.found[path]
        for below, value in taken.items():
            self.found[top + below] = value

    def value(self, thing, old=None):
        mode = TYPES[thing["type"]] | int(thing["mode"], 8) if "mode" in thing else old[0]
        held = old[1] if old and stat.S_ISREG(old[0]) else None
        if "content" in thing:
            held = self.contents[thing["content"]]
        elif thing["type"] == "link":
            held = thing["to"]
        elif "source" in thing:
            held = self.before[thing["source"]["path"]][1]
        elif thing["type"] == "file" and old is None:
            held = ""
        if "content" in thing or "source" in thing:  # what is kept of it, and zeros; 0 is left out of the file
            held = held[: thing.get("have", len(held) if "content" in thing else 0)].ljust(thing.get("size", 0), "\0")
        return mode, held

    def make(self, entry):
        kind, path = entry["kind"], self.locate(entry["at"])
        to = self.locate(entry["to"]) if "to" in entry else None
        if kind == "remove":
            self.take(path)
        elif kind == "move":
            self.put(to, self.take(path))
            self.moved(path, to)
        elif kind == "swap":
            one, other = self.take(path), self.take(to)
            self.put(path, other)
            self.put(to, one)
            self.moved(path, "swapped")
            self.moved(to, path)
            self.moved("swapped", to)
        elif kind in ("meta", "inplace"):
            self.found[path] = self.value(entry["is"], self.found[path])
        else:
            thing = entry["is"]
            self.put(path, {"": self.value(thing)})
            self.where[entry["entry"]] = path
            for item in thing.get("tree", []):
                self.found[f"{path}/{item['path']}"] = self.value(item)


def calls(rng, names):
    """Steps that use each other's results: few names, so that nearly all of them depend on an earlier one."""
    name = rng.choice(names)
    other = rng.choice(names)
    return rng.choice([
        ["os.mkdir", name], ["os.makedirs", f"{name}/{other}"], ["os.write_file", name, f"{rng.random()}\n"],
        ["os.write_file", f"{name}/{other}", f"{rng.random()}\n"], ["os.rename", name, other], ["os.rename", f"{name}/{other}", other],
        ["os.rename", name, f"{other}/{name}"], ["os.symlink", other, name], ["os.remove", name], ["os.rmtree", name], ["os.rmdir", name],
        ["os.chmod", name, oct(rng.choice([0o700, 0o750, 0o755]))[2:]], ["os.truncate", name, str(rng.randrange(4))],
        ["os.write_file", f"{name}/{other}", "through a link\n"], ["os.mkfifo", name],
    ])  # fmt: skip


def test_generated_steps_show_what_they_do(osier, tmp_path):
    """Each scenario is planned step by step, those that would fail left out, and goes on where the one before ended."""
    rng, top, scenarios = random.Random(14), tmp_path / "m", 0
    top.mkdir()
    while scenarios < SCENARIOS:
        wanted = [calls(rng, "abcd") for _ in range(rng.randint(5, 12))]
        while True:  # what would fail is told by its number
            words = [word for call in wanted for word in [*call, ";"]][:-1]
            done = osier("plan", "--list", "-o", "../plan", "--", *words, cwd=top)
            if done.status == 0 or not wanted[1:]:
                break
            del wanted[int(done.err.split("step ")[1].split()[0]) - 1]
        if done.status:
            continue
        before, _ = look(top)
        shown = Shown(before, (tmp_path / "plan").read_text(), str(top))
        assert look(top)[0] == before, "planning changes nothing"
        applied = osier("apply", "../plan", "--yes", cwd=top)
        assert (applied.status, applied.err) == (0, ""), wanted
        assert look(top)[0] == shown.found, wanted
        scenarios += shown.found != before and len(wanted) > 1


EIGHT = """
[dir."@/app"]
mode = "0750"
[file."@/app/conf"]
mode = "0640"
[line."@/app/conf"]
debug = "debug = no"
[link."@/current"]
to = "app/conf"
[run.ask]
command = "cp current answer"
creates = "answer"
[run.conditional]
command = "echo yes > decided"
unless = "! grep -q 'debug = no' answer || test -e decided"
after = ["run:ask"]
[run.make]
command = "sort answer > product"
creates = "product"
after = ["run:conditional"]
[file."@/product"]
mode = "0600"
after = ["run:make"]
"""


def commands(text):
    """(certain, name) of each command that a plan shows."""
    return [(line[0] == "!", line.split()[2][:-1]) for line in text.splitlines() if line.startswith(("! run ", "? perhaps "))]


def rounds(osier, tmp_path, before, text):
    """Plans and applies a state: what was shown is what was done before the first command, and the commands were told."""
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))
    shown = osier("plan", "site.toml")
    first = Shown(before, osier("plan", "--json", "site.toml").out, str(tmp_path))
    told = commands(shown.out)
    done = osier("apply", "site.toml", "--yes")
    assert done.err == ""
    ran = [line.split()[1] for line in done.out.splitlines() if line.startswith("runs ")]
    assert done.status == 0 and shown.status == (4 if told else 0)
    return first.found, told, ran


def test_eight_dependent_steps(osier, tmp_path):
    first, told, ran = rounds(osier, tmp_path, {}, EIGHT)
    assert told == [(True, "ask"), (False, "conditional"), (False, "make")] and ran == ["ask", "conditional", "make"]
    after, top = look(tmp_path)[0], str(tmp_path)
    conf = "debug = no\n"
    assert first == {
        f"{top}/app": (0o040750, None), f"{top}/app/conf": (0o100640, conf), f"{top}/current": (0o120777, "app/conf"),
    }  # fmt: skip
    assert {path: value for path, value in after.items() if path in first} == first
    rest = {path[len(top) + 1 :]: value for path, value in after.items() if path not in first and not path.endswith(".toml")}
    assert rest == {"answer": (0o100640, conf), "decided": (0o100644, "yes\n"), "product": (0o100600, conf)}
    assert osier("plan", "site.toml").out == "nothing to do\n"


def test_eight_dependent_steps_whose_condition_does_not_hold(osier, tmp_path):
    first, told, ran = rounds(osier, tmp_path, {}, EIGHT.replace('debug = "debug = no"', 'debug = "debug = yes"'))
    assert told == [(True, "ask"), (False, "conditional"), (False, "make")] and ran == ["ask", "make"]
    assert not (tmp_path / "decided").exists() and (tmp_path / "product").stat().st_mode & 0o777 == 0o600


def test_what_comes_after_a_command_that_need_not_run_in_the_end_is_done(osier, tmp_path):
    text = ('[file."@/f"]\ncontent = "x"\n[run.a]\ncommand = "touch a"\nunless = "test -e f"\n'
            '[file."@/g"]\ncontent = "x"\nafter = ["run:a"]\n')  # fmt: skip
    _, told, ran = rounds(osier, tmp_path, {}, text)
    assert told == [(False, "a")] and ran == []
    assert (tmp_path / "g").read_text() == "x" and not (tmp_path / "a").exists()


def test_generated_commands_are_told(osier, tmp_path):
    """Chains of commands that make, or look at, what those before them have made."""
    rng = random.Random(41)
    for number in range(SCENARIOS // 8):
        top = tmp_path / str(number)
        top.mkdir()
        text, names = "", []
        for i in range(rng.randint(2, 6)):
            seen, after = rng.choice(["x", "y", "z"]), f'after = ["run:{names[-1]}"]\n' if names and rng.random() < 0.7 else ""
            if rng.random() < 0.4:
                text += f'[file."{top}/{seen}{i}"]\ncontent = "{i}"\n{after}'
                continue
            condition = rng.choice([f'creates = "{seen}"\n', f'unless = "test -e {seen}"\n', f'unless = "test ! -e {seen}"\n', ""])
            text += f'[run.r{i}]\ncommand = "touch {rng.choice("xyz")}"\ncwd = "{top}"\n{condition.replace(seen, f"{top}/{seen}")}{after}'
            names.append(f"r{i}")
        (top / "site.toml").write_text(text)
        before = look(top)[0]
        shown = osier("plan", f"{number}/site.toml")
        first = Shown(before, osier("plan", "--json", f"{number}/site.toml").out, str(top)).found
        told = commands(shown.out)
        done = osier("apply", f"{number}/site.toml", "--yes")
        assert (done.status, done.err) == (0, ""), text
        ran = [line.split()[1] for line in done.out.splitlines() if line.startswith("runs ")]
        after = look(top)[0]
        assert {path: after[path] for path in first} == first, text
        assert [name for certain, name in told if certain] == [name for name in ran if (True, name) in told], text
        assert set(first) - set(before) or told or done.out == "nothing to do\n", text
        assert bool(ran) <= bool(told), (text, shown.out, done.out)
