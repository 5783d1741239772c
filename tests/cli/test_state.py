# SPDX-License-Identifier: MIT
"""osier plan, apply and show of states: how things shall be, what isn't so, and that it is so afterwards."""

import base64
import grp
import hashlib
import json
import os
import pwd
import shutil
import struct
import subprocess

import pytest


@pytest.fixture(autouse=True)
def journal(tmp_path_factory, monkeypatch):
    """The state directory is the test's own, outside of the directory that it looks at."""
    state = tmp_path_factory.mktemp("journal")
    monkeypatch.setenv("OSIER_STATE", str(state))
    return state


@pytest.fixture
def state(osier, tmp_path):
    """Writes site.toml, with @ for the test's directory, and applies it; afterwards nothing is to be done."""

    def apply(text, *words, name="site.toml", status=0):
        (tmp_path / name).write_text(text.replace("@", str(tmp_path)))
        done = osier("apply", name, "--yes", *words)
        assert done.status == status, done.err
        if status == 0:
            again = osier("plan", name, *words)
            assert (again.status, again.out, again.err) == (0, "nothing to do\n", ""), again.out
            assert osier("apply", name, "--yes", *words).out == "nothing to do\n"
        return done

    return apply


@pytest.fixture
def refused(osier, tmp_path):
    """The messages about a state that isn't right."""

    def plan(text, *words, name="site.toml"):
        (tmp_path / name).write_text(text.replace("@", str(tmp_path)))
        done = osier("plan", name, *words)
        assert (done.status, done.out) == (1, "")
        return done.err.replace(str(tmp_path), "@")

    return plan


# ------------------------------------------------------------------------------ files


def test_directories_files_and_links(state, tmp_path):
    state('[dir."@/srv/app"]\nmode = "0750"\n[file."@/srv/app/a"]\ncontent = "one\\n"\nmode = "0600"\n'
          '[file."@/srv/app/b"]\n[link."@/srv/app/l"]\nto = "nowhere"\n')
    app = tmp_path / "srv/app"
    assert app.stat().st_mode & 0o7777 == 0o750 and app.parent.stat().st_mode & 0o7777 == 0o755
    assert (app / "a").read_text() == "one\n" and (app / "a").stat().st_mode & 0o7777 == 0o600
    assert (app / "b").read_text() == "" and (app / "b").stat().st_mode & 0o7777 == 0o644
    assert os.readlink(app / "l") == "nowhere"


def test_the_umask_counts_for_nothing(osier, state, tmp_path):
    old = os.umask(0o77)
    try:
        state('[dir."@/d"]\n[file."@/d/f"]\ncontent = "x"\n[line."@/d/g"]\na = "x"')
    finally:
        os.umask(old)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "d", tmp_path / "d/f", tmp_path / "d/g")] == [0o755, 0o644, 0o644]


def test_a_plan_changes_nothing_and_tells_where_it_is_from(osier, tmp_path):
    (tmp_path / "s.toml").write_text(f'\n[file."{tmp_path}/f"]\ncontent = "x\\n"\n')
    done = osier("plan", "s.toml", "--detailed-exitcode")
    assert done.status == 2 and "(s.toml:2)" in done.out and "+x" in done.out
    assert not (tmp_path / "f").exists()


def test_what_is_not_said_stays(state, tmp_path):
    (tmp_path / "f").write_text("old")
    (tmp_path / "f").chmod(0o4751)
    state('[file."@/f"]\ncontent = "new"\n')
    assert (tmp_path / "f").read_text() == "new" and (tmp_path / "f").stat().st_mode & 0o7777 == 0o4751
    state('[file."@/f"]\nmode = "0640"\n')
    assert (tmp_path / "f").read_text() == "new" and (tmp_path / "f").stat().st_mode & 0o7777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="it takes root")
def test_owners_by_name_and_number(state, tmp_path):
    state('[dir."@/d"]\nowner = "daemon"\ngroup = "daemon"\n[file."@/d/f"]\nowner = 12345\nmode = "4755"\ncontent = ""\n'
          '[link."@/d/l"]\nto = "f"\nowner = "12346"\n'.replace('"12346"', "12346"))
    assert (tmp_path / "d").stat().st_uid == pwd.getpwnam("daemon").pw_uid
    assert (tmp_path / "d").stat().st_gid == grp.getgrnam("daemon").gr_gid
    assert ((tmp_path / "d/f").stat().st_uid, (tmp_path / "d/f").stat().st_mode & 0o7777) == (12345, 0o4755)
    assert (tmp_path / "d/l").lstat().st_uid == 12346
    state('[file."@/d/f"]\nowner = 12347\nmode = "4755"\n')  # the change of owner takes no set-user-ID along
    assert ((tmp_path / "d/f").stat().st_uid, (tmp_path / "d/f").stat().st_mode & 0o7777) == (12347, 0o4755)


def test_sources_templates_and_secrets(osier, state, tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/raw").write_bytes(b"{{not}} \0 touched")
    (tmp_path / "src/t").write_text("port {{ port }} of {{name}}, {{{{braces}}")
    monkeypatch.setenv("TOKEN", "s3cret")
    text = ('[vars]\nport = 80\nname = "app"\n[file."@/a"]\nsource = "src/raw"\n[file."@/b"]\ntemplate = "src/t"\n'
            '[file."@/c"]\nsecret = "env:TOKEN"\n[file."@/d"]\nsecret = "file:src/raw"\n')
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))
    done = osier("plan", "site.toml")
    assert done.status == 0 and "s3cret" not in done.out and "+port 80 of app, {{braces}}" in done.out
    state(text)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "d").read_bytes() == b"{{not}} \0 touched"
    assert (tmp_path / "b").read_text() == "port 80 of app, {{braces}}"
    assert (tmp_path / "c").read_text() == "s3cret" and (tmp_path / "c").stat().st_mode & 0o777 == 0o600


def traces(secret):
    """What would give a secret away: itself, and what it could be guessed by."""
    return [secret, base64.b64encode(secret).rstrip(b"="), *(hashlib.new(n, secret).hexdigest().encode() for n in ("sha256", "md5"))]


SOURCES = {"file": 'file:key"', "env": 'env:TOKEN"', "command": 'command:cat @/key"'}


@pytest.mark.parametrize("where", ["c", "new/d/c"])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_secret_in_a_plan_file_is_its_source(osier, tmp_path, journal, monkeypatch, kind, where):
    """Nothing that is written gives it away; apply reads it again, and refuses another one."""

    def give(text):
        (tmp_path / "key").write_text(text)
        monkeypatch.setenv("TOKEN", text)

    give("s3cret!")
    place = tmp_path / where
    if where == "c":
        place.write_text("0ld")
    text = f'[file."@/{where}"]\nsecret = "{SOURCES[kind]}\n[file."@/other"]\ncontent = "plain"\n'
    if where != "c":
        text += '[dir."@/new"]\n[dir."@/new/d"]\n'
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))
    source = (SOURCES[kind][:-1]).replace("@", str(tmp_path)).replace("file:", f"file:{tmp_path}/")
    told = [osier("plan", "site.toml", "-o", "p"), osier("plan", "site.toml", "--json"), osier("show", "p"),
            osier("show", "p", "--html"), osier("show", "p", "--json"), osier("show", "p", "--check")]
    assert [done.status for done in told] == [0] * len(told), told[0].err
    assert f"from {source}" in told[2].out and f"from {source}" in told[3].out and source in told[1].out
    for text, error in (("an0ther", "another one"), (None, None)):
        if text:
            give(text)
        elif kind == "env":
            monkeypatch.delenv("TOKEN")
        else:
            (tmp_path / "key").unlink()
        refused = osier("apply", "p", "--yes")
        told.append(refused)
        assert refused.status == 3 and f"'{place}'" in refused.err and (error or "") in refused.err, refused.err
        assert f"the secret that {source} had" in refused.err and not (tmp_path / "other").exists()
    give("s3cret!")
    told += [osier("apply", "p", "--yes"), osier("log"), osier("log", "--json")]
    assert place.read_text() == "s3cret!", told[-3].err
    assert where == "c" or place.stat().st_mode & 0o777 == 0o600
    told += [osier("show", "p", "--check"), osier("apply", "p", "--yes")]
    assert told[-1].status == 3
    (number,) = {path.name for path in (journal / "log").iterdir()}
    kept = [path for path in journal.rglob("*") if path.is_file() and not path.name.isdigit()]
    for trace in traces(b"s3cret!") + traces(b"0ld") + traces(b"an0ther"):
        for path in [tmp_path / "p", journal / "log" / number / "plan.jsonl"]:
            assert trace not in path.read_bytes(), path
        for done in told:
            assert trace not in done.raw and trace.decode() not in done.err
    assert not any(b"s3cret!" in path.read_bytes() for path in kept)
    assert osier("undo").status == 0
    assert place.read_text() == "0ld" if where == "c" else not (tmp_path / "new").exists()


def test_a_plan_with_a_secret_is_for_this_journal_alone(osier, tmp_path, journal, monkeypatch):
    """Where its key is lost, or another machine's, nobody can say whether the secret is the same."""
    (tmp_path / "key").write_text("s3cret")
    (tmp_path / "site.toml").write_text(f'[file."{tmp_path}/c"]\nsecret = "file:key"\n')
    assert osier("plan", "site.toml", "-o", "p").status == 0
    (journal / "key").rename(tmp_path / "kept")
    for words in (["apply", "p", "--yes"], ["show", "p", "--check"]):
        refused = osier(*words)
        assert refused.status == 3 and "another key" in refused.err and not (tmp_path / "c").exists()
    monkeypatch.setenv("OSIER_STATE", str(tmp_path / "elsewhere"))
    assert osier("apply", "p", "--yes").status == 3
    monkeypatch.setenv("OSIER_STATE", str(journal))
    assert osier("plan", "site.toml", "-o", "anew").status == 0  # with a new key
    assert (journal / "key").stat().st_mode & 0o7777 == 0o600
    assert osier("apply", "p", "--yes").status == 3 and osier("apply", "anew", "--yes").status == 0
    assert (tmp_path / "c").read_text() == "s3cret"
    (tmp_path / "kept").replace(journal / "key")


def test_plans_that_are_the_first_with_a_secret_have_one_key(build, osier, tmp_path, journal):
    (tmp_path / "key").write_text("s3cret")
    (tmp_path / "site.toml").write_text(f'[file."{tmp_path}/c"]\nsecret = "file:key"\n')
    for attempt in range(5):
        (journal / "key").unlink(missing_ok=True)
        plans = [subprocess.Popen([build / "osier", "plan", "site.toml", "-o", f"p{i}"], cwd=tmp_path, stdout=subprocess.DEVNULL) for i in range(8)]
        assert [plan.wait() for plan in plans] == [0] * 8
        assert [osier("show", f"p{i}", "--check").status for i in range(8)] == [0] * 8


def test_an_old_secret_is_forgotten_at_once(osier, refused, tmp_path, journal):
    (tmp_path / "key").write_text("s3cret")
    (tmp_path / "c").write_text("0ld-0ld")
    text = '[file."@/c"]\nsecret = "file:key"\nforget = "at once"\n'
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))
    assert "forgotten at once" in osier("plan", "site.toml").out
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 0 and "nothing is kept" in done.out and (tmp_path / "c").read_text() == "s3cret", done.out
    for path in journal.rglob("*"):
        assert not path.is_file() or b"0ld-0ld" not in path.read_bytes()
    assert osier("undo").status == 1 and (tmp_path / "c").read_text() == "s3cret"
    assert 'forget is "at once"' in refused('[file."@/c"]\ncontent = ""\nforget = "later"\n')


def test_a_secret_of_a_program_is_shown_nowhere(osier, state, refused, tmp_path, journal):
    text = '[file."@/c"]\nsecret = "command:printf \\"s3\\"; echo cret"\n'
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))
    (tmp_path / "c").write_text("0ld")
    for words in (["plan"], ["apply", "--yes"]):
        done = osier(words[0], "site.toml", *words[1:])
        assert done.status == 0 and "s3cret" not in done.out + done.err and "0ld" not in done.out + done.err
    assert (tmp_path / "c").read_text() == "s3cret\n"
    for path in journal.rglob("*"):
        assert not path.is_file() or b"s3cret" not in path.read_bytes()
    told = refused('[file."@/c"]\nsecret = "command:echo s3cret; echo why >&2; exit 3"\n')
    assert "failed with 3: why" in told and told.count("s3cret") == 1  # in the line itself alone
    assert "has printed no secret" in refused('[file."@/c"]\nsecret = "command:true"\n')
    (tmp_path / "raw").write_text("s3cret")
    told = refused('[file."@/c"]\nsecret = "file:raw"\ncheck = "cat {}; false"\n')
    assert "doesn't pass" in told and "s3cret" not in told


def test_once_is_only_for_the_first_time(state, tmp_path):
    text = '[file."@/f"]\ncontent = "first"\nonce = true\n'
    state(text)
    (tmp_path / "f").write_text("mine")
    state(text)
    assert (tmp_path / "f").read_text() == "mine"


def test_absent(state, tmp_path):
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "d/e/f").write_text("")
    (tmp_path / "l").symlink_to("d")
    state('[absent]\n"@/d" = {}\n"@/l" = {}\n"@/none/at/all" = {}\n')
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site.toml"]


def test_something_else_is_in_the_way(osier, state, refused, tmp_path):
    (tmp_path / "f").write_text("")
    (tmp_path / "d").mkdir()
    (tmp_path / "l").symlink_to("f")
    errors = refused('[dir."@/f"]\n[file."@/d"]\n[file."@/l"]\ncontent = ""')
    assert "site.toml:1:6: '@/f' shall be a directory, and there is a file; replace = true takes that away\n" in errors
    assert "'@/d' shall be a file, and there is a directory" in errors and "'@/l' shall be a file, and there is a symbolic link" in errors
    state('[dir."@/f"]\nreplace = true\n[file."@/d"]\nreplace = true\n[file."@/l"]\ncontent = "x"\nreplace = true')
    assert (tmp_path / "f").is_dir() and (tmp_path / "d").is_file() and not (tmp_path / "l").is_symlink()


def test_a_link_is_changed_in_its_place(state, tmp_path):
    (tmp_path / "l").symlink_to("old")
    state('[link."@/l"]\nto = "new"')
    assert os.readlink(tmp_path / "l") == "new"


def test_attributes(state, tmp_path):
    text = '[file."@/f"]\ncontent = "x"\nxattrs = { "user.note" = "text" }\n'
    try:
        (tmp_path / "f").write_text("")
        os.setxattr(tmp_path / "f", "user.a", b"")
    except OSError:
        pytest.skip("no extended attributes here")
    state(text)
    assert os.getxattr(tmp_path / "f", "user.note") == b"text"


def acl(path, name="system.posix_acl_access"):
    """(tag, bits, id) of each entry; None where there is no list."""
    try:
        value = os.getxattr(path, name)
    except OSError:
        return None
    assert value[:4] == b"\2\0\0\0"
    return [(tag, bits, id if id != 0xFFFFFFFF else None) for tag, bits, id in struct.iter_unpack("<HHI", value[4:])]


def test_access_control_lists(osier, state, refused, tmp_path):
    (tmp_path / "try").write_text("")
    try:
        os.setxattr(tmp_path / "try", "system.posix_acl_access", struct.pack("<I" + "HHI" * 5, 2, 1, 6, 0xFFFFFFFF, 2, 5, 7, 4, 4, 0xFFFFFFFF, 16, 5, 0xFFFFFFFF, 32, 0, 0xFFFFFFFF))
    except OSError:
        pytest.skip("the file system has no access control lists")
    me = pwd.getpwuid(os.getuid()).pw_name
    state(f'[file."@/f"]\ncontent = "x"\nmode = "0640"\nacl = "u:12345:rx, g:54321:r user:{me}:rw-"\n'
          '[dir."@/d"]\nacl = ["u:7:rwx", "d:u:7:rwx", "d:o::0"]\n[file."@/try"]\nacl = ""\n[file."@/m"]\nacl = "g:5:rwx,m::r"\n')
    named = sorted([(2, 5, 12345), (2, 6, os.getuid())], key=lambda entry: entry[2])
    assert acl(tmp_path / "f") == [(1, 6, None), *named, (4, 4, None), (8, 4, 54321), (16, 7, None), (32, 0, None)]
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o670  # the mask, by which the group has what 0640 gives it
    assert acl(tmp_path / "d") == [(1, 7, None), (2, 7, 7), (4, 5, None), (16, 7, None), (32, 5, None)]
    assert acl(tmp_path / "d", "system.posix_acl_default") == [(1, 7, None), (2, 7, 7), (4, 5, None), (16, 7, None), (32, 0, None)]
    assert acl(tmp_path / "try") is None and (tmp_path / "try").stat().st_mode & 0o777 == 0o640
    assert acl(tmp_path / "m") == [(1, 6, None), (4, 4, None), (8, 7, 5), (16, 4, None), (32, 4, None)]
    assert osier("undo").status == 0
    assert acl(tmp_path / "try") == [(1, 6, None), (2, 5, 7), (4, 4, None), (16, 5, None), (32, 0, None)]
    for text, why in (("u:1", "'u:1' is no entry"), ("x:1:r", "'x:1:r' is no entry"), ("u:1:rq", "no entry"), ("m:a:r", "no entry"),
                      ("u:1:r,u:1:w", "one entry twice"), ("u:no such:r", "no entry"), ("u:nosuch:r", "there is no user 'nosuch'"), ("u:1:8", "no entry")):
        assert why in refused(f'[file."@/f"]\nacl = "{text}"\n')


def test_everything_is_undone_at_once(osier, state, tmp_path):
    (tmp_path / "old").write_text("old")
    before = (tmp_path / "old").stat()
    state('[file."@/old"]\ncontent = "new"\nmode = "0600"\n[dir."@/d"]\n[file."@/d/f"]\n')
    assert osier("undo").status == 0
    after = (tmp_path / "old").stat()
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    assert not (tmp_path / "d").exists()


def test_a_plan_that_was_saved_is_applied(osier, tmp_path):
    (tmp_path / "s.toml").write_text(f'[file."{tmp_path}/f"]\ncontent = "x"\n')
    assert osier("plan", "-o", "p", "s.toml").status == 0
    assert osier("apply", "p", "--yes").status == 0
    assert (tmp_path / "f").read_text() == "x" and osier("plan", "s.toml").out == "nothing to do\n"


def test_nobody_is_asked_without_a_terminal(osier, tmp_path):
    (tmp_path / "s.toml").write_text(f'[file."{tmp_path}/f"]\n')
    done = osier("apply", "s.toml")
    assert done.status == 3 and "give --yes" in done.err and not (tmp_path / "f").exists()


# ------------------------------------------------------------------------------ the same file by other names


def test_resources_see_what_others_do(state, tmp_path):
    """By whatever name: the disk doesn't show it yet."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/f").write_text("a\n")
    (tmp_path / "way").symlink_to("real")
    os.link(tmp_path / "real/f", tmp_path / "hard")
    state('[line."@/real/f"]\nb = "b"\n[line."@/way/f"]\na = "a"\nc = "c"\n[file."@/hard"]\nmode = "0600"\ncontent = "a\\n"\n')
    assert (tmp_path / "real/f").read_text() == "a\nb\nc\n" and (tmp_path / "hard").read_text() == "a\n"
    assert (tmp_path / "real/f").stat().st_mode & 0o777 == 0o644
    state('[link."@/way"]\nto = "other"\n[dir."@/other"]\n[file."@/way/f"]\ncontent = "new"\nafter = ["link:@/way", "dir:@/other"]\n')
    assert (tmp_path / "other/f").read_text() == "new" and (tmp_path / "real/f").read_text() == "a\nb\nc\n"


# ------------------------------------------------------------------------------ lines and blocks


def test_lines(state, tmp_path):
    (tmp_path / "f").write_bytes(b"127.0.0.1 localhost\n#Port 22\nold one\n\xff\nlast")
    state('[line."@/f"]\napp = "10.0.0.7 app"\nhere = "old one"\nport = { line = "Port 2222", match = "^#?Port " }\n'
          'gone = { match = "^127", absent = true }\n')
    assert (tmp_path / "f").read_bytes() == b"Port 2222\nold one\n\xff\nlast\n10.0.0.7 app\n"


def test_lines_make_the_file(state, tmp_path):
    state('[dir."@/d"]\n[line."@/d/f"]\na = "x"\n')
    assert (tmp_path / "d/f").read_text() == "x\n"


def test_lines_behind_a_link_leave_the_link(state, tmp_path):
    (tmp_path / "f").write_text("a\n")
    (tmp_path / "l").symlink_to("f")
    state('[line."@/l"]\nb = "b"\n')
    assert (tmp_path / "l").is_symlink() and (tmp_path / "f").read_text() == "a\nb\n"


def test_blocks(osier, state, refused, tmp_path):
    (tmp_path / "f").write_text("above\nno end")
    state('[block."@/f".one]\ntext = "a\\nb"\n[block."@/f".two]\ntext = "c\\n"\ncomment = "//"\n')
    assert (tmp_path / "f").read_text() == (
        "above\nno end\n# osier one: begin\na\nb\n# osier one: end\n// osier two: begin\nc\n// osier two: end\n")
    (tmp_path / "f").write_text((tmp_path / "f").read_text() + "below\n")
    state('[block."@/f".one]\ntext = "new"\n[block."@/f".two]\nabsent = true\ncomment = "//"\n')
    assert (tmp_path / "f").read_text() == "above\nno end\n# osier one: begin\nnew\n# osier one: end\nbelow\n"
    (tmp_path / "f").write_text("# osier one: begin\nall the rest\n")
    assert "but no '# osier one: end' behind it" in refused('[block."@/f"]\none = "x"\n')


# ------------------------------------------------------------------------------ trees and archives


def make_tree(top):
    (top / "a/b").mkdir(parents=True)
    (top / "a/b/f").write_text("f")
    (top / "a/b/f").chmod(0o750)
    (top / "a").chmod(0o700)
    (top / "l").symlink_to("a/b")


def shape(top):
    return {str(path.relative_to(top)): (oct(path.lstat().st_mode), path.read_text() if path.is_file() else None)
            for path in top.rglob("*")}


def test_trees(state, tmp_path):
    make_tree(tmp_path / "src")
    (tmp_path / "to/a/more").mkdir(parents=True)
    (tmp_path / "to/kept").write_text("")
    state('[tree."@/to"]\nsource = "src"\n')
    assert (tmp_path / "to/kept").exists() and (tmp_path / "to/a/more").exists()
    state('[tree."@/to"]\nsource = "src"\nexactly = true\n[file."@/to/kept"]\ncontent = "by the state"\n')
    assert (tmp_path / "to/kept").read_text() == "by the state" and not (tmp_path / "to/a/more").exists()
    (tmp_path / "to/kept").unlink()
    assert shape(tmp_path / "to") == shape(tmp_path / "src")


@pytest.mark.parametrize("kind", ["w", "wz", "wJ"])
def test_archives(state, refused, tmp_path, kind):
    if kind == "wJ" and not shutil.which("xz"):
        pytest.skip("no xz")
    make_tree(tmp_path / "src/top")
    subprocess.run(["tar", f"-c{kind[1:]}f", tmp_path / "a.tar", "-C", tmp_path / "src", "top"], check=True)
    digest = hashlib.sha256((tmp_path / "a.tar").read_bytes()).hexdigest()
    state(f'[archive."@/to"]\nsource = "a.tar"\nsha256 = "{digest}"\nstrip = 1\n')
    assert shape(tmp_path / "to") == shape(tmp_path / "src/top")
    assert f"is {digest}" in refused(f'[archive."@/to"]\nsource = "a.tar"\nsha256 = "{"0" * 64}"\n')


# ------------------------------------------------------------------------------ checks and commands


def test_staged_files_are_checked_before_anything_changes(state, refused, tmp_path):
    (tmp_path / "conf").write_text("good\n")
    bad = refused('[file."@/other"]\n[file."@/conf"]\ncontent = "bad\\n"\ncheck = "cat {}; basename {}; grep -q good {}"\n')
    assert "'@/conf' doesn't pass `cat {}; basename {}; grep -q good {}`: bad\n    conf\n" in bad
    assert (tmp_path / "conf").read_text() == "good\n" and not (tmp_path / "other").exists()
    state('[file."@/conf"]\ncontent = "also good\\n"\ncheck = "grep -q good {}"\n')


def test_commands_run_when_the_files_are_there(osier, state, tmp_path):
    text = ('[file."@/before"]\ncontent = "1"\n[run.two]\ncommand = ["cp", "@/before", "@/made it"]\ncreates = "made it"\n'
            '[file."@/after"]\ncontent = "2"\nafter = ["run:two"]\n[run.never]\ncommand = "touch never"\nunless = "true"\n')
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))
    done = osier("plan", "site.toml")
    assert done.status == 4 and f"! run     two: cp {tmp_path}/before '{tmp_path}/made it'  (site.toml:3)\n" in done.out
    assert "after" not in done.out.split("! run")[0] and "never" not in done.out
    done = state(text)
    assert (tmp_path / "made it").read_text() == "1" and (tmp_path / "after").read_text() == "2"
    assert done.out.count("done as") == 2 and "runs two\n" in done.out


def test_what_needs_a_command_that_has_run_already_is_planned_at_once(osier, state, tmp_path):
    (tmp_path / "made").write_text("")
    done = state('[run.a]\ncommand = "false"\ncreates = "made"\n[file."@/f"]\nafter = ["run:a"]\n[file."@/g"]\n')
    assert done.out.count("done as") == 1


def test_a_command_that_fails_takes_all_back(osier, state, tmp_path):
    (tmp_path / "f").write_text("old")
    text = '[file."@/f"]\ncontent = "new"\n[run.a]\ncommand = "echo why; exit 3"\n'
    done = state(text, status=1)
    assert "this command has failed: why: 'a'" in done.err and "was taken back" in done.err
    assert (tmp_path / "f").read_text() == "old"
    done = state(text + "undo_on_failure = false\n", status=1)
    assert (tmp_path / "f").read_text() == "new" and "taken back" not in done.err


# ------------------------------------------------------------------------------ variables, facts, includes


def test_variables_and_where_they_are_from(osier, state, tmp_path, arch):
    host = os.uname().nodename
    (tmp_path / "vars.d").mkdir()
    (tmp_path / f"vars.d/{host}.toml").write_text('b = "host"\n')
    (tmp_path / "base.toml").write_text('[vars]\na = "base"\nz = true\n')
    text = 'include = ["base.toml"]\n[vars]\na = "own"\nb = "own"\nc = "{{a}}/{{b}}"\nd = 1.5\n[file."@/{{c}}"]\ncontent = "{{d}} {{z}} {{arch}}"\n'
    (tmp_path / "own").mkdir()
    state(text)
    assert (tmp_path / "own/host").read_text() == f"1.5 true {arch}"
    shown = json.loads(osier("show", "site.toml", "--vars", "--var=d=2", "--json").out)
    values = {entry["name"]: (entry["value"], entry["origin"]) for entry in shown}
    assert values["a"] == ("own", "site.toml:3") and values["b"] == ("host", f"vars.d/{host}.toml:1")
    assert values["c"] == ("own/host", "site.toml:5") and values["d"] == ("2", "--var") and values["z"] == ("true", "base.toml:3")
    assert values["kernel"] == (os.uname().release, "fact")
    assert [name for name, value in values.items() if value[1] == "fact"] == [
        "hostname", "fqdn", "os_id", "os_version", "arch", "kernel", "cpus", "memory", "virt", "boot_id", "user", "home"]
    assert "b = host  (vars.d/" in osier("show", "site.toml", "--vars").out


def test_variables_that_are_wrong(refused):
    assert "site.toml:2:5: the variable 'a' is made of itself" in refused('[vars]\na = "{{b}}"\nb = "{{a}}"\n[dir."@/{{a}}"]\n')
    assert "unknown name 'nope'; two braces are {{{{" in refused('[dir."@/{{nope}}"]\n')
    assert "'{{' without a name" in refused('[dir."@/{{"]\n')
    assert "a variable is a text, a number or a boolean, not a list" in refused("[vars]\na = []\n")


def test_a_mistake_in_a_template_is_told_with_its_line(refused, tmp_path):
    (tmp_path / "t").write_text("fine\n  {{bad}}\n")
    assert refused('[file."@/f"]\ntemplate = "t"\n') == "osier: plan: t:2:3: unknown name 'bad'; two braces are {{{{\n      {{bad}}\n      ^\n"


def test_only(osier, tmp_path, state, arch):
    state(f'[only]\narch = ["nothing", "{arch[:2]}*"]\n[dir."@/d"]\n')
    assert (tmp_path / "d").is_dir()
    (tmp_path / "no.toml").write_text(f'[only]\narch = "none"\n[dir."{tmp_path}/e"]\n')
    done = osier("plan", "no.toml")
    assert (done.status, done.out) == (0, "nothing to do\n") and "not for this machine" in done.err
    state('include = ["no.toml"]\n[dir."@/f"]\n')
    assert not (tmp_path / "e").exists() and (tmp_path / "f").is_dir()


def test_includes(state, refused, tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web/1.toml").write_text(f'include = ["../site.toml"]\n[dir."{tmp_path}/one"]\n')
    (tmp_path / "web/2.json").write_text(json.dumps({"dir": {f"{tmp_path}/two": {"mode": "0700"}}}))
    state('include = ["web/*"]\n')
    assert (tmp_path / "one").is_dir() and (tmp_path / "two").stat().st_mode & 0o777 == 0o700
    assert "[Errno 2] No such file or directory: 'gone.toml'" in refused('include = ["gone.toml"]\n')
    assert "dir web/1.toml:2 says already what '@/one' shall be" in refused('include = ["web/1.toml"]\n[file."@/one"]\n').replace(
        str(tmp_path), "@")


# ------------------------------------------------------------------------------ order


def test_what_is_needed_comes_first(state, tmp_path):
    state('[file."@/d/e/f"]\ncontent = "x"\n[dir."@/d/e"]\nmode = "0711"\n[dir."@/d"]\nmode = "0700"\n')
    assert (tmp_path / "d/e").stat().st_mode & 0o777 == 0o711 and (tmp_path / "d").stat().st_mode & 0o777 == 0o700


def test_a_circle_is_told_with_all_its_lines(refused):
    errors = refused("".join(f'[run.{name}]\ncommand = "x"\nafter = ["run:{need}"]\n' for name, need in ("ac", "ba", "cb")))
    assert ("site.toml:1:6: these need each other: run 'a' (site.toml:1), which needs run 'c' (site.toml:7), "
            "which needs run 'b' (site.toml:4)\n") in errors


def test_a_long_chain_takes_no_stack(osier, tmp_path):
    count = 20000
    text = "".join(f'[run.r{i}]\ncommand = "x"\nunless = ["true"]\nafter = ["run:r{i + 1}"]\n' for i in range(count))
    (tmp_path / "s.toml").write_text(text + f"[run.r{count}]\ncommand = 'x'\nafter = ['run:r0']\n")
    done = osier("plan", "s.toml")
    assert done.status == 1 and "these need each other" in done.err


# ------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize("text, message", [
    ('[dir."a"]', "site.toml:1:6: 'a' is no absolute path"),
    ('[file."/x"]\nmode = 644', 'site.toml:2:8: a mode is a text: mode = "0644"'),
    ('[file."/x"]\nmode = "9"', "site.toml:2:8: '9' is no mode; one is \"0644\""),
    ('[file."/x"]\nowner = "no such"', "site.toml:2:9: there is no user 'no such'"),
    ('[file."/x"]\ngroup = "no such"', "site.toml:2:9: there is no group 'no such'"),
    ('[file."/x"]\ncontents = ""', "site.toml:2:1: a file has no 'contents'; it has mode, "),
    ('[file."/x"]\ncontent = ""\nsource = "y"', "content, source, template and secret: only one of them"),
    ('[file."/x"]\nsecret = "hunter2"', 'a secret is "file:PATH", "env:NAME" or "command:LINE", not the secret itself'),
    ('[file."/x"]\ncontent = 5', "site.toml:2:11: content is a text, not an integer"),
    ('[file."/x"]\nonce = "yes"', "once is true or false, not a text"),
    ('[link."/x"]', "a link has a to"),
    ('[tree."/x"]', "a tree has a source"),
    ('[run.x]', "a run has a command"),
    ('[run.x]\ncommand = []', "this command is empty"),
    ('[files."/x"]', "there is no kind 'files'; known are dir, file, link"),
    ('dir = 5', 'this is a table: [dir."/path"]'),
    ('[dir]\n"/x" = 5', 'site.toml:2:1: this is a table: [dir."/x"]'),
    ('[absent."/"]', "the root directory can't be absent"),
    ('[dir."/x"]\n[file."/x/../x/"]', "dir site.toml:1 says already what '/x' shall be"),
    ('[file."/x"]\ncontent = "a"\n[line."/x"]\na = "b"', "file site.toml:1 says already what '/x' shall be"),
    ('[host]\nhostname = "a"\n[file."/etc/hostname"]\ncontent = "a"',
     "site.toml:2:1: file site.toml:3 says already what '/etc/hostname' shall be, where host 'hostname' is written"),
    ('[absent."/etc/hostname"]\n[host]\nhostname = "a"', "absent site.toml:1 says already what '/etc/hostname' shall be"),
    ('[host]\ntimezone = "UTC"\n[link."/etc/localtime"]\nto = "x"', "link site.toml:3 says already what '/etc/localtime' shall be"),
    ('[locale]\nLANG = "C"\n[file."/etc/default/locale"]\ncontent = ""', "file site.toml:3 says already what '/etc/default/locale' shall be"),
    ('[file."/etc/sysctl.d/60-osier.conf"]\ncontent = ""\n[sysctl]\n"vm.swappiness" = 1', "where sysctl 'vm.swappiness' is written"),
    ('[file."/etc/sysctl.d/99-zz-osier.conf"]\ncontent = ""\n[sysctl]\n"vm.swappiness" = {value = 1, force = true}', "where sysctl 'vm.swappiness' is written"),
    ('[mount."/x"]\ndevice = "tmpfs"\ntype = "tmpfs"\n[file."/etc/fstab"]\nsource = "y"', "file site.toml:4 says already what '/etc/fstab' shall be"),
    ('[dir."/x"]\nafter = ["dir:/y"]', 'after is a list of what is in this state, as "file:/path"; there is no dir:/y'),
    ('[line."/x"]\na = { match = "(" , line = "x" }', "'(' is no extended regular expression"),
    ('[line."/x"]\na = "x\\ny"', "a line has no end of line in it"),
    ('[line."/x"]\na = { lines = "x" }', "a line has no 'lines'; it has line, match, absent"),
    ('[only]\nos = "x"', "there is no such fact; known are hostname"),
    ('a = 1\na = 2', "site.toml:2:1: this key is there already"),
])  # fmt: skip
def test_mistakes_are_told_with_their_place(refused, text, message):
    assert message in refused(text)


def test_a_name_with_an_end_of_line_looks_like_no_other_message(refused):
    told = refused('[file."@/f\\nosier: plan: all is well"]\nmode = "x\\ny\\u001b[0m"\n[link."@/l"]\nto = "{{a\\nb}}"\n')
    assert "'x\\ny\\x1b[0m' is no mode" in told
    lines = [line for line in told.splitlines() if line.startswith("osier: ")]
    assert len(lines) == 2 and all("site.toml:" in line for line in lines)
    told = refused('[file."@/f"]\ncontent = "x"\ncheck = "printf \\"a\\\\nosier: plan: b\\\\n\\"; false {}"\n')
    assert told.count("\nosier: ") == 0 and "    osier: plan: b" in told


def test_all_mistakes_are_told_at_once(refused):
    errors = refused('[dir."a"]\n[dir."/b"]\nmode = 7\nx = 1\n')
    assert errors.count("site.toml:") == 3


def test_json_has_the_commands(osier, tmp_path):
    text = '[file."@/f"]\ncontent = "x"\n[run.first]\ncommand = ["true"]\n[run.move]\ncommand = ["mv", "@/a b", "@/c"]\ncreates = "@/c"\n'
    (tmp_path / "s.toml").write_text(text.replace("@", str(tmp_path)))
    shown = osier("plan", "--json", "s.toml")
    assert shown.status == 4
    lines = [json.loads(line) for line in shown.out.splitlines()]
    end = next(i for i, line in enumerate(lines) if "end" in line)
    assert lines[end + 1 :] == [
        {"run": "first", "command": "true", "from": "s.toml:3"},
        {"run": "move", "command": f"mv '{tmp_path}/a b' {tmp_path}/c", "perhaps": True, "from": "s.toml:5"},
        {"goes_on": True},
    ]
    (tmp_path / "s.plan").write_text(shown.out)
    assert "is not a plan" in osier("apply", "--yes", "s.plan").err and not (tmp_path / "f").exists()


def test_command_lines(osier, tmp_path):
    (tmp_path / "s.toml").write_text("")
    assert osier("plan", "s.toml", "--var", "=x").status == 64
    assert osier("plan", "s.toml", "other.toml").status == 64
    assert osier("apply", "s.toml", "--digest=00").status == 64
    done = osier("plan", "none.toml")
    assert done.status == 1 and "No such file or directory: 'none.toml'" in done.err
    assert osier("plan", "--title=x", "s.toml", "--json").status == 0


# ------------------------------------------------------------------------------ tmpfiles.d


@pytest.mark.skipif(os.geteuid() != 0, reason="it takes root")
def test_tmpfiles(osier, state, tmp_path):
    (tmp_path / "old/x").mkdir(parents=True)
    (tmp_path / "gone").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("")
    (tmp_path / "kept").write_text("mine")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/f").write_text("f")
    (tmp_path / "z").mkdir(mode=0o755)
    (tmp_path / "z/in").write_text("")
    state("# comment\n\nd @/d 1777 daemon - 10d\nf @/f 0640 - - - one\\ntwo\nf @/kept - - - - theirs\nf+ @/host - - - - %H %%\n"
          "L @/l - - - - d\np @/p 0600 - - -\nc @/null 0666 - - - 1:3\nR @/old - - - -\nr @/gone - - - -\nr @/full - - - -\n"
          "C @/copy - - - - @/src\nZ @/z 0700 daemon - -\nd! @/boot - - - -\nx @/none\nF \"@/with space\" - - - - a  b\n",
          name="x.conf")
    st = (tmp_path / "d").stat()
    assert (st.st_mode & 0o7777, st.st_uid, st.st_gid) == (0o1777, pwd.getpwnam("daemon").pw_uid, 0)
    assert (tmp_path / "f").read_text() == "one\ntwo" and (tmp_path / "kept").read_text() == "mine"
    assert (tmp_path / "host").read_text() == f"{os.uname().nodename} %" and os.readlink(tmp_path / "l") == "d"
    assert (tmp_path / "p").is_fifo() and (tmp_path / "null").stat().st_rdev == os.makedev(1, 3)
    assert not (tmp_path / "old").exists() and not (tmp_path / "gone").exists() and (tmp_path / "full/x").exists()
    assert (tmp_path / "copy/f").read_text() == "f" and (tmp_path / "with space").read_text() == "a  b"
    assert (tmp_path / "z/in").stat().st_uid == pwd.getpwnam("daemon").pw_uid
    assert not (tmp_path / "boot").exists()
    done = osier("plan", "y.conf")
    (tmp_path / "y.conf").write_text("k /x\n")
    assert "'k' is no type of tmpfiles.d" in osier("plan", "y.conf").err and done.status == 1


# ------------------------------------------------------------------------------ against


def test_what_an_earlier_state_had_is_shown(osier, state, tmp_path):
    (tmp_path / "src/sub").mkdir(parents=True)
    (tmp_path / "src/sub/f").write_text("x")
    first = '[file."@/a"]\ncontent = "x"\n[link."@/l"]\nto = "a"\n[dir."@/d/e"]\n[tree."@/t"]\nsource = "src"\n[file."@/gone"]\n'
    state(first)
    (tmp_path / "gone").unlink()
    state('[file."@/b"]\ncontent = "y"\n', name="other.toml")
    (tmp_path / "site.toml").write_text(f'[link."{tmp_path}/l"]\nto = "a"\n[dir."{tmp_path}/d"]\n[absent."{tmp_path}/z"]\n')
    done = osier("plan", "site.toml", "--against=1")
    assert done.status == 0 and done.out.startswith("nothing to do\n")
    lines = [line.replace(str(tmp_path), "@") for line in done.out.splitlines()[1:]]
    assert sorted(lines[:-1]) == sorted(
        ["? no more  @/a  (site.toml:1 in 1)", "? no more  @/d/e  (site.toml:5 in 1)", "? no more  @/t  (site.toml:6 in 1)",
         "? no more  @/t/sub  (site.toml:6 in 1)", "? no more  @/t/sub/f  (site.toml:6 in 1)"])
    assert "absent" in lines[-1]
    for path, kind in (("a", "file"), ("d/e", "dir")):  # said again, in another table
        with open(tmp_path / "site.toml", "a") as file:
            file.write(f'[{kind}."{tmp_path}/{path}"]\n')
    with open(tmp_path / "site.toml", "a") as file:
        file.write(f'[tree."{tmp_path}/t"]\nsource = "src"\n')
    assert osier("plan", "site.toml", "--against=1").out == "nothing to do\n"


def test_against_looks_at_all_that_stand(osier, state, tmp_path):
    state('[file."@/a"]\ncontent = "x"\n')
    state('[file."@/b"]\ncontent = "x"\n')
    state('[file."@/c"]\ncontent = "x"\n')
    (tmp_path / "site.toml").write_text("")
    seen = [[line.split()[3].rpartition("/")[2] for line in osier("plan", "site.toml", f"--against={id}").out.splitlines() if "no more" in line] for id in (1, 2, 3)]
    assert seen == [["a"], ["b", "a"], ["c", "b", "a"]]
    assert osier("undo", "2").status == 0
    assert "/b " not in osier("plan", "site.toml", "--against=3").out
    assert osier("plan", "site.toml", "--against=99").err == "osier: plan: there is no such transaction: '99'\n"
    assert osier("plan", "--against=1", "--", "os.mkdir", "x").status == 64
