# SPDX-License-Identifier: MIT
"""osier plan and osier show: what would change, told and saved."""

import contextlib
import fcntl
import hashlib
import json
import os
import struct
import subprocess

import pytest


@pytest.fixture(autouse=True)
def journal(tmp_path, monkeypatch):
    """The state directory is the test's own, outside of the directory that it looks at."""
    state = tmp_path.with_name(tmp_path.name + "-state")
    state.mkdir(mode=0o700)
    monkeypatch.setenv("OSIER_STATE", str(state))


def test_it_shows_and_changes_nothing(osier, tmp_path):
    (tmp_path / "conf").write_text("one\ntwo\n")
    (tmp_path / "old").mkdir()
    done = osier(
        "plan", "--", "os.makedirs", "srv/app", ";", "os.write_file", "srv/app/a", "port=80\n", ";",
        "os.write_file", "conf", "one\n2\n", ";", "os.rmtree", "old",
    )  # fmt: skip
    assert done.status == 0 and done.err == ""
    lines = done.out.splitlines()
    assert lines[0].split()[:3] == ["+", "create", f"{tmp_path}/srv"] and "with 2 in it" in lines[0]
    assert lines[1].split()[:3] == ["±", "replace", f"{tmp_path}/conf"] and "8 bytes -> file 6 bytes" in lines[1]
    assert lines[2].split()[:3] == ["-", "remove", f"{tmp_path}/old"] and "with all in it" in lines[2]
    assert "\n one\n-two\n+2\n" in done.out
    assert lines[-1] == "1 created (3 objects), 1 replaced, 1 removed"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conf", "old"]


def test_statuses(osier):
    assert osier("plan", "--detailed-exitcode", "--", "os.mkdir", "a").status == 2
    assert osier("plan", "--detailed-exitcode", "--", "os.mkdir", "a", ";", "os.rmdir", "a").status == 0
    done = osier("plan", "--", "os.mkdir", "a", ";", "os.mkdir", "a")
    assert done.status == 1 and done.out == ""
    assert "File exists: 'a'" in done.err and "step 2 would fail; no plan was made: 'os.mkdir'" in done.err
    for words in (["os.listdir", "a"], ["os.none"], ["os.mkdir"], ["os.mkdir", "a", "--dir-fd=3"]):
        assert osier("plan", "--", *words).status == 64


def test_saved_shown_and_checked(osier, tmp_path):
    (tmp_path / "f").write_text("old\n")
    assert osier("plan", "-o", "p", "--title=deploy", "--", "os.write_file", "f", "new\n").status == 0
    first = json.loads((tmp_path / "p").read_text().splitlines()[0])
    assert first["osier"] == "plan" and first["version"] == 1 and first["title"] == "deploy"
    assert osier("show", "p", "--digest").out.strip() == hashlib.sha256((tmp_path / "p").read_bytes()).hexdigest()
    assert "\n-old\n+new\n" in osier("show", "p").out
    assert osier("show", "p", "--json").raw == (tmp_path / "p").read_bytes()
    assert osier("show", "p", "--check").status == 0
    (tmp_path / "f").write_text("odd\n")
    done = osier("show", "p", "--check")
    assert done.status == 3 and "the plan expects a file" in done.err
    (tmp_path / "p").write_bytes((tmp_path / "p").read_bytes()[:-1])
    done = osier("show", "p")
    assert done.status == 1 and "not a plan, or not a complete one: 'p'" in done.err


def test_a_page_for_review(osier, tmp_path):
    assert osier("plan", "-o", "p", "--", "os.write_file", "a<b>", "x & y\n").status == 0
    page = osier("show", "p", "--html").out
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    assert "a&lt;b&gt;" in page and "x &amp; y" in page and "<b>" not in page
    assert "http" not in page.replace("http-equiv", "")


def names(tmp_path):
    return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))


def test_applied_and_undone(osier, tmp_path):
    (tmp_path / "f").write_text("old\n")
    (tmp_path / "d").mkdir()
    (tmp_path / "d/x").touch()
    before, inode = names(tmp_path), os.stat(tmp_path / "f").st_ino
    words = ["os.write_file", "f", "new\n", ";", "os.rmtree", "d", ";", "os.makedirs", "n/o"]
    assert osier("plan", "-o", str(tmp_path) + "-p", "--", *words).status == 0
    done = osier("apply", str(tmp_path) + "-p", "--yes")
    assert (done.status, done.out, done.err) == (0, "done as 1: `osier undo 1` takes it back\n", "")
    assert (tmp_path / "f").read_text() == "new\n" and names(tmp_path) == ["f", "n", "n/o"]
    again = osier("apply", str(tmp_path) + "-p", "--yes")
    assert again.status == 3 and again.err.count("the plan expects") == 3
    assert osier("undo").status == 0
    assert names(tmp_path) == before and os.stat(tmp_path / "f").st_ino == inode
    assert osier("undo", "2").status == 0  # which makes the changes again
    assert (tmp_path / "f").read_text() == "new\n" and names(tmp_path) == ["f", "n", "n/o"]
    assert [line.split()[0] for line in osier("log").out.splitlines()] == ["3", "2", "1"]
    assert [(one["id"], one["undoes"], one["undone_by"]) for one in osier.json("log")] == [(3, 2, 0), (2, 1, 3), (1, 0, 0)]
    assert "replace" in osier("log", "1").out
    assert osier("recover").status == 0
    assert osier("forget", "--all", "--now").out == "3 forgotten\n"
    assert osier("undo", "1").status == 1


def test_only_what_was_approved(osier, tmp_path):
    assert osier("plan", "-o", "p", "--", "os.mkdir", "n").status == 0
    assert osier("apply", "p").status == 3  # nobody can be asked
    assert osier("apply", "p", "--digest=" + "0" * 64).status == 3
    assert not (tmp_path / "n").exists()
    assert osier("apply", "p", "--digest=" + osier("show", "p", "--digest").out.strip()).status == 0
    assert (tmp_path / "n").is_dir()


def test_an_undo_that_would_lose_something(osier, tmp_path):
    (tmp_path / "f").write_text("old\n")
    assert osier("rm", "--undoable", "f").status == 0
    (tmp_path / "f").write_text("somebody's\n")
    done = osier("undo")
    assert done.status == 3 and "nothing was changed" in done.err
    assert (tmp_path / "f").read_text() == "somebody's\n"
    assert osier("undo", "99").status == 1


def test_undoable(osier, tmp_path):
    (tmp_path / "t/u").mkdir(parents=True)
    (tmp_path / "t/u/f").write_text("leaf")
    (tmp_path / "g").write_text("g")
    (tmp_path / "h").write_text("h")
    before = names(tmp_path)
    assert osier("rm", "-r", "--undoable", "t", "g").status == 0
    assert names(tmp_path) == ["h"]
    assert osier("undo").status == 0 and names(tmp_path) == before
    assert osier("mv", "--undoable", "g", "h").status == 0
    assert (tmp_path / "h").read_text() == "g" and not (tmp_path / "g").exists()
    assert osier("undo").status == 0
    assert (tmp_path / "h").read_text() == "h" and names(tmp_path) == before
    assert osier("cp", "--undoable", "t", "copy").status == 0
    assert (tmp_path / "copy/u/f").read_text() == "leaf"
    assert osier("undo").status == 0 and names(tmp_path) == before
    done = osier("rm", "--undoable", "g", "none")
    assert done.status == 1 and names(tmp_path) == before  # all or nothing


def test_a_further_name(osier, tmp_path):
    (tmp_path / "f").write_text("x")
    assert osier("plan", "-o", "p", "--", "os.link", "f", "g", ";", "os.chmod", "f", "600").status == 0
    assert osier("apply", "p", "--yes").status == 0
    first, second = os.stat(tmp_path / "f"), os.stat(tmp_path / "g")
    assert first.st_ino == second.st_ino and first.st_mode & 0o777 == 0o600
    assert osier("undo").status == 0
    assert not (tmp_path / "g").exists() and os.stat(tmp_path / "f").st_mode & 0o777 == 0o644


def picture(osier, tmp_path, *calls):
    assert osier("plan", "-o", "../seen", "--", *calls).status == 0
    return osier("show", "../seen").out


def test_a_dry_run_shows_the_plan(osier, tmp_path):
    (tmp_path / "t/u").mkdir(parents=True)
    (tmp_path / "t/u/f").write_text("one\n")
    (tmp_path / "g").write_text("two\n")
    before = names(tmp_path)
    for dry, calls in (
        (["rm", "-r", "t", "g"], ["os.rmtree", "t", ";", "os.remove", "g"]),
        (["mv", "t", "g", "h"], ["os.rename", "t", "h/t", ";", "os.rename", "g", "h/g"]),
        (["mv", "t/u/f", "g"], ["os.rename", "t/u/f", "g"]),
        (["cp", "g", "t/u/f"], ["os.copy2", "g", "t/u/f"]),
        (["cp", "t", "h"], ["os.copytree", "t", "h/t", "--symlinks"]),
    ):  # fmt: skip
        (tmp_path / "h").mkdir()
        seen = picture(osier, tmp_path, *calls)
        for more in (["--dry-run"], ["--dry-run", "--undoable"]):
            done = osier(dry[0], *more, *dry[1:])
            assert (done.status, done.out, done.err) == (0, seen, ""), dry
        (tmp_path / "h").rmdir()
    plan = [json.loads(line) for line in osier("rm", "--dry-run", "--json", "g").out.splitlines()]
    assert plan[0]["osier"] == "plan" and plan[1]["op"] == "remove" and "end" in plan[-1]
    assert "\n-one\n+two\n" in osier("cp", "--dry-run", "g", "t/u/f").out
    assert names(tmp_path) == before and osier("log").out == ""


def test_a_dry_run_shows_what_can_be_done_and_tells_the_rest(osier, tmp_path):
    (tmp_path / "f").write_text("x")
    done = osier("rm", "--dry-run", "none", "f")
    assert done.status == 1 and "No such file" in done.err and done.out.startswith("- remove")
    done = osier("rm", "--dry-run", "--undoable", "none", "f")
    assert done.status == 1 and "No such file" in done.err and done.out == ""  # all of it, or nothing
    assert osier("rm", "-f", "--dry-run", "none").out == "nothing changes\n"
    done = osier("cp", "--dry-run", "f", "/dev/null")
    assert done.status == 0 and "no part of a plan" in done.err


def with_a_mount(tmp_path, script):
    """What a shell does with something mounted at tree/mnt, with the file `inner` in it; status and standard error."""
    (tmp_path / "tree/mnt").mkdir(parents=True, exist_ok=True)
    (tmp_path / "tree/first").touch()
    text = f"mount -t tmpfs none tree/mnt || exit 77; touch tree/mnt/inner; {script}; status=$?; test -e tree/mnt/inner || exit 99; exit $status"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", text], cwd=tmp_path, capture_output=True, text=True)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("nothing can be mounted here")
    return done.returncode, done.stderr


def test_what_is_mounted_in_a_tree_is_told_and_stays(osier, build, tmp_path):
    mount = f"esource busy: '{tmp_path}/tree/mnt'"
    status, err = with_a_mount(tmp_path, f"{build}/osier rm -r --dry-run tree")
    assert status == 1 and mount in err and "all in it would be removed" in err and "--one-file-system" in err
    status, err = with_a_mount(tmp_path, f"{build}/osier rm -r --dry-run --undoable tree")
    assert status == 1 and mount in err and "nothing would be changed" in err
    status, err = with_a_mount(tmp_path, f"{build}/osier rm -r --undoable tree")
    assert status == 3 and mount in err and "nothing was changed" in err and "another osier" not in err


def test_a_mount_that_came_after_the_plan_is_a_conflict(osier, build, tmp_path):
    with_a_mount(tmp_path, "true")
    assert osier("plan", "-o", "p", "--", "os.rmtree", "tree").status == 0
    status, err = with_a_mount(tmp_path, f"{build}/osier apply p --yes")
    assert status == 3 and f"a mount at '{tmp_path}/tree/mnt'" in err
    assert osier("apply", "p", "--yes").status == 0  # it is gone again


def test_each_name_of_a_file_is_shown_with_its_own_move(osier, tmp_path):
    (tmp_path / "d").mkdir()
    many = [f"h{i}" for i in range(8)]  # by chance they would not all be right
    (tmp_path / many[0]).touch()
    for name in many[1:]:
        os.link(tmp_path / many[0], tmp_path / name)
    lines = osier("mv", "--dry-run", *many, "d").out.splitlines()[: len(many)]
    assert [line.split()[2:5] for line in lines] == [[f"{tmp_path}/{name}", "->", f"{tmp_path}/d/{name}"] for name in many]


def test_hard_links_are_copied_as_such_with_undoable(osier, tmp_path):
    (tmp_path / "a").write_text("x")
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "d").mkdir()
    (tmp_path / "d/b").write_text("in the way")
    assert "a further name" in osier("cp", "-a", "--dry-run", "a", "b", "d").out
    assert osier("cp", "-a", "--undoable", "a", "b", "d").status == 0
    assert os.path.samefile(tmp_path / "d/a", tmp_path / "d/b")
    assert osier("undo").status == 0
    assert names(tmp_path) == ["a", "b", "d", "d/b"] and (tmp_path / "d/b").read_text() == "in the way"


def test_journals_are_no_part_of_a_tree(osier, tmp_path):
    for name in (".osier-0", ".osier-1000-12345678", ".osier-x", ".osier-0.d"):
        (tmp_path / "t" / name).mkdir(parents=True)
        (tmp_path / "t" / name / "x").touch()
    (tmp_path / "t/.osier-7").touch()  # a file, no journal
    theirs = ["t/.osier-0.d", "t/.osier-0.d/x", "t/.osier-x", "t/.osier-x/x"]
    for more in ([], ["--bottom-up"]):
        assert sorted(osier("walk", "t", *more).out.splitlines()) == sorted(["t", *theirs, "t/.osier-7"])
    assert osier("walk", "t/.osier-0").out == "t/.osier-0\nt/.osier-0/x\n"
    assert sorted(osier("glob", "t/**", "--include-hidden").out.splitlines()) == sorted(["t/", *theirs])
    assert osier("glob", "t/.osier-0/*").out == "t/.osier-0/x\n"
    for more in ([], ["-v"], ["--undoable"]):
        assert osier("cp", *more, "t", "u").status == 0
        assert names(tmp_path / "u") == sorted([name[2:] for name in theirs] + [".osier-7"])
        assert osier("compare", "t", "u").out == "" and osier("compare", "u", "t").out == ""
        assert osier("rm", "-r", "u").status == 0
    assert "t/.osier-0  (what `osier undo` needs" in osier("du", "t").out
    assert "undo" not in osier("du", "t/.osier-x").out
    assert osier("os.copytree", "t", "u").status == 0  # Python's copies all
    assert (tmp_path / "u/.osier-0/x").exists()


@contextlib.contextmanager
def immutable(path):
    """A file that nobody may change, where the file system has such."""
    get, put, flag = 0x80086601, 0x40086602, 0x10
    with open(path) as file:
        try:
            flags = struct.unpack("l", fcntl.ioctl(file, get, struct.pack("l", 0)))[0]
            fcntl.ioctl(file, put, struct.pack("l", flags | flag))
        except OSError:
            pytest.skip("no immutable files here")
        try:
            yield
        finally:
            fcntl.ioctl(file, put, struct.pack("l", flags))


def test_what_will_be_refused_is_told_at_once(osier, tmp_path):
    words = [f"PermissionError: [Errno 1] Operation not permitted: '{tmp_path}/{name}'" for name in "ab"]
    for name in "abc":
        (tmp_path / name).write_text(name)
    with immutable(tmp_path / "a"), immutable(tmp_path / "b"):
        done = osier("rm", "--dry-run", "a", "b", "c")
        assert done.status == 1 and done.err == ""
        assert done.out.endswith("3 removed\n" + "".join(f"will be refused: {text}\n" for text in words))
        done = osier("rm", "--undoable", "a", "b", "c")
        assert done.status == 1 and done.err.startswith("".join(f"osier: {text}\n" for text in words))
        assert names(tmp_path) == ["a", "b", "c"]
        assert osier("plan", "-o", "../p", "--", "os.chmod", "a", "600").status == 0
        assert "will be refused" in osier("show", "../p").out and "will be refused" in osier("show", "--html", "../p").out
        assert osier("show", "--check", "../p").status == 3
        done = osier("show", "--json", "../p")
        assert words[0] in done.err and json.loads(done.out.splitlines()[0])["osier"] == "plan"
    assert osier("show", "--check", "../p").status == 0


def test_undo_of_some_paths_and_by_force(osier, tmp_path):
    for name in "abc":
        (tmp_path / name).write_text("old")
    assert osier("rm", "--undoable", "a", "b", "c").status == 0
    assert osier("undo", "x", "a").status == 64
    assert osier("undo", "0", "--", "a", f"{tmp_path}/b").status == 0
    assert names(tmp_path) == ["a", "b"]
    (tmp_path / "c").write_text("theirs")
    done = osier("undo", "1", "c")
    assert done.status == 3 and "something was put there" in done.err and "--force" in done.err
    assert osier("undo", "1", "c", "--force").status == 0
    assert (tmp_path / "c").read_text() == "old"
    assert osier("undo", "3").status == 0  # undone once more: theirs is back
    assert (tmp_path / "c").read_text() == "theirs"


def test_recover_of_nothing(osier):
    done = osier("recover", "7")
    assert done.status == 1 and "7 left nothing behind" in done.err


def test_log_has_commands_as_a_shell_reads_them(osier, tmp_path):
    (tmp_path / "two\nlines").touch()
    assert osier("rm", "--undoable", "two\nlines").status == 0
    assert osier("log").out.endswith("rm --undoable 'two\\nlines'\n")


# ------------------------------------------------------------------------------ journals that are damaged or half-way


def test_an_intent_that_cannot_be_read_stops_what_follows(osier, tmp_path):
    """A damaged disk: nothing is guessed, and nothing else is done beside it."""
    state = tmp_path.with_name(tmp_path.name + "-state")
    (tmp_path / "f").write_text("old")
    assert osier("plan", "-o", "p", "--", "os.write_file", "f", "new").status == 0
    assert osier("recover").status == 0
    damaged = state / "active/00000009"
    damaged.mkdir(mode=0o700)
    (damaged / "intent").write_text('{"osier":"inte')
    for command in (["recover"], ["apply", "--yes", "p"]):
        done = osier(*command)
        assert done.status == 1 and str(damaged) in done.err
    assert "the disk has damaged its intent" in osier("recover").err
    assert (tmp_path / "f").read_text() == "old" and (damaged / "intent").read_text() == '{"osier":"inte'


def test_trash_that_somebody_died_over_is_emptied(osier, tmp_path):
    state = tmp_path.with_name(tmp_path.name + "-state")
    (tmp_path / "f").write_text("old")
    assert osier("plan", "-o", "p", "--", "os.write_file", "f", "new").status == 0
    assert osier("apply", "--yes", "p").status == 0
    (state / "trash/00000007/3/x").mkdir(parents=True)
    (state / "trash/00000007/3/x/y").write_text("half of a tree that was forgotten")
    assert osier("recover").status == 0 and os.listdir(state / "trash") == []
    assert osier("undo").status == 0 and (tmp_path / "f").read_text() == "old"


@pytest.mark.skipif(os.geteuid() != 0, reason="it takes root to mount an overlay")
def test_what_a_lower_layer_refuses_is_told_with_what_to_do(build, tmp_path):
    """It changes nothing, and what the message says works."""
    for name in ("low/tree/sub", "low/over", "up", "work", "merged"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "low/tree/sub/leaf").write_text("leaf")
    plan = f"{build}/osier plan -o ../p --"
    apply = f"{build}/osier apply --yes ../p"
    find = "find tree over leaf -name '.osier*' -prune -o -print"
    script = f"""mount --make-rprivate /
    mount -t overlay overlay -o lowerdir=low,upperdir=up,workdir=work,redirect_dir=off merged || exit 77
    cd merged
    {plan} os.rename tree/sub/leaf leaf \\; os.rmtree tree; {apply}; echo "$?"; {find}
    {plan} os.rmtree over \\; os.write_file over text; {apply}; echo "$?"; {find}
    set -e
    {plan} os.rename tree/sub/leaf leaf; {apply}; {plan} os.rmtree tree; {apply}
    {plan} os.rmtree over; {apply}; {plan} os.write_file over text; {apply}
    echo is; find -name '.osier*' -prune -o -type f -print | sort; test ! -e tree
    """
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    if done.returncode == 77:
        pytest.skip("no overlay can be mounted")
    assert done.returncode == 0, done.stdout + done.stderr
    before = "1\ntree\ntree/sub\ntree/sub/leaf\nover\n"
    assert done.stdout.count(before) == 2 and done.stdout.endswith("is\n./leaf\n./over\n"), done.stdout
    assert done.stderr.count("make two plans of this one") == done.stderr.count("nothing was changed") == 2, done.stderr
