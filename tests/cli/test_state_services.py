# SPDX-License-Identifier: MIT
"""osier plan, apply, undo and check of services and of programs in general, over a systemctl that is the test's own."""

import json
import os
import signal

import pytest

SYSTEMCTL = r"""#!/bin/sh
# Units are directories of files: load, active, file. Every call but show is noted.
units=@/units
verb=$1; shift
while [ $# -gt 0 ]; do case $1 in --) shift; break;; *) shift;; esac; done
unit=$1
[ "$WITNESS" ] && [ -e "$WITNESS" ] && there=", a is there"
[ "$verb" = show ] || echo "$verb${unit:+ $unit}$there" >> @/calls
[ -e "@/broken-$verb" ] && { echo "$verb is broken" >&2; exit 5; }
set_to() { mkdir -p "$units/$unit"; echo "$2" > "$units/$unit/$1"; }
case $verb in
show)
    if [ -d "$units/$unit" ]; then echo "LoadState=loaded"; else echo "LoadState=not-found"; fi
    echo "ActiveState=$(cat "$units/$unit/active" 2>/dev/null || echo inactive)"
    echo "UnitFileState=$(cat "$units/$unit/file" 2>/dev/null)" ;;
start|restart) [ -e "@/fails-$unit" ] && { set_to active failed; echo "$unit: it has failed" >&2; exit 1; }
    set_to active active ;;
stop) set_to active inactive ;;
enable) set_to file enabled ;;
disable) set_to file disabled ;;
mask) set_to file masked ;;
unmask) set_to file disabled ;;
esac
exit 0
"""


@pytest.fixture(autouse=True)
def machine(tmp_path_factory, tmp_path, monkeypatch):
    """A systemctl whose units are the test's, and nothing else in PATH; and a journal of the test's own."""
    place = tmp_path_factory.mktemp("machine")
    programs = place / "programs"
    programs.mkdir()
    (programs / "systemctl").write_text(SYSTEMCTL.replace("@", str(place)))
    (programs / "systemctl").chmod(0o755)
    for name in ("cat", "mkdir", "touch", "sh", "sleep", "kill"):
        (programs / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("OSIER_STATE", str(tmp_path_factory.mktemp("journal")))
    monkeypatch.chdir(tmp_path)
    return place


@pytest.fixture
def unit(machine):
    """Makes a unit, or tells how it is."""

    def unit(name, active=None, file="disabled"):
        place = machine / "units" / f"{name}.service"
        if active:
            place.mkdir(parents=True)
            (place / "active").write_text(active + "\n")
            (place / "file").write_text(file + "\n")
        return (place / "active").read_text().strip(), (place / "file").read_text().strip()

    return unit


def write(tmp_path, text):
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))


def test_a_service_is_started_enabled_and_taken_back(osier, tmp_path, unit, calls):
    unit("app", "inactive")
    write(tmp_path, '[service.app]\nstate = "running"\nenabled = true\n')
    shown = osier("plan", "site.toml")
    assert "service app: enabled  disabled -> enabled  undo: compensate  (site.toml:1)" in shown.out
    assert "service app: state  stopped -> running  undo: compensate  (site.toml:1)" in shown.out
    assert shown.out.endswith("\n2 values set by programs\n") and calls() == []
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 0 and calls() == ["enable app.service", "start app.service"]
    assert osier("plan", "site.toml").out == "nothing to do\n"
    assert osier("check", "site.toml").out == "all 1 are so\n"
    assert osier("undo").status == 0
    assert calls() == ["stop app.service", "disable app.service"] and unit("app") == ("inactive", "disabled")
    assert osier("undo", "2").status == 0  # which does it again
    assert calls() == ["enable app.service", "start app.service"] and unit("app") == ("active", "enabled")


PACKAGES = r"""#!/bin/sh
# app and its library come in version 2, with one call.
case " $* " in *" -s "*) printf 'Inst lib [1] (2 Debian:12 [amd64])\\nInst app [1] (2 Debian:12 [amd64])\\n'; exit ;; esac
for word; do last=$word; done
case $last in *=1) version=1 ;; *) version=2 ;; esac
printf 'Package: app\\nStatus: install ok installed\\nVersion: %s\\n\\nPackage: lib\\nStatus: install ok installed\\nVersion: %s\\n\\n' $version $version > @/dpkg/status
"""


@pytest.fixture
def packages(machine, monkeypatch):
    (machine / "dpkg").mkdir()
    (machine / "dpkg/status").write_text("Package: app\nStatus: install ok installed\nVersion: 1\n\nPackage: lib\nStatus: install ok installed\nVersion: 1\n\n")
    (machine / "programs/apt-get").write_text(PACKAGES.replace("@", str(machine)).replace("\\\\", "\\"))
    (machine / "programs/apt-get").chmod(0o755)
    monkeypatch.setenv("DPKG_ADMINDIR", str(machine / "dpkg"))


@pytest.mark.parametrize("heard", ["package:app", "package:lib", "package:*", "file:@/a"])
def test_a_service_hears_packages_and_tables(osier, tmp_path, unit, calls, packages, heard):
    unit("app", "active")
    unit("other", "active")
    write(tmp_path, f'[package.app]\nversion = "2"\n[file."@/a"]\n[service.app]\nrestart_when = ["{heard}"]\n'
                    '[service.other]\nreload_when = ["package:nginx", "package:ap", "user:app", "file:@/b"]\n')
    assert osier("apply", "site.toml", "--yes").status == 0
    assert calls() == ["restart app.service"]
    assert osier("plan", "site.toml").out == "nothing to do\n"
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == []
    assert osier("undo").status == 0 and calls()[-1:] == ["try-restart app.service"]


def test_a_service_hears_commands_and_other_services(osier, tmp_path, unit, calls):
    unit("app", "active")
    unit("db", "inactive")
    write(tmp_path, '[run.build]\ncommand = "touch @/built"\ncreates = "@/built"\n'
                    '[service.db]\nstate = "running"\n[service.app]\nrestart_when = ["run:build", "service:d?"]\n')
    assert osier("apply", "site.toml", "--yes").status == 0
    assert calls() == ["start db.service", "restart app.service"]
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == []
    (tmp_path / "built").unlink()
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == ["restart app.service"]


def test_what_no_service_can_hear(osier, tmp_path, calls):
    for what in ("etc/x", "nothing:x", "package:", "http:x", ":x"):
        write(tmp_path, f'[service.app]\nrestart_when = ["{what}"]\n')
        done = osier("plan", "site.toml")
        assert done.status == 1 and f"'{what}' is no absolute path, and nothing like \"package:nginx\"" in done.err


def test_what_is_as_it_shall_be_runs_nothing(osier, tmp_path, unit, calls):
    unit("app", "active", "enabled")
    write(tmp_path, '[service.app]\nstate = "running"\nenabled = true\nmasked = false\n')
    assert osier("apply", "site.toml", "--yes").out == "nothing to do\n"
    assert calls() == []


def test_stopped_before_the_files_and_started_behind_them(osier, tmp_path, monkeypatch, unit, calls):
    unit("old", "active", "enabled")
    monkeypatch.setenv("WITNESS", str(tmp_path / "a"))
    write(tmp_path, '[service.old]\nstate = "stopped"\n[file."@/a"]\n')
    assert osier("apply", "site.toml", "--yes").status == 0
    assert calls() == ["stop old.service"] and (tmp_path / "a").exists()
    assert osier("undo").status == 0 and calls() == ["start old.service"]
    write(tmp_path, '[service.old]\nstate = "stopped"\n')
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == ["stop old.service"]
    write(tmp_path, '[file."@/a"]\n[service.old]\nstate = "running"\n')
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == ["start old.service, a is there"]
    assert osier("undo").status == 0 and calls() == ["stop old.service, a is there"]


def test_restarted_once_and_only_if_something_changed(osier, tmp_path, unit, calls):
    unit("app", "active", "enabled")
    unit("other", "active", "enabled")
    text = ('[dir."@/conf"]\n[file."@/conf/a"]\ncontent = "1"\n[file."@/conf/b"]\ncontent = "1"\n'
            '[service.app]\nstate = "running"\nrestart_when = ["@/conf/*"]\n'
            '[service.other]\nreload_when = ["@/conf/b"]\nrestart_when = ["@/else"]\n')
    write(tmp_path, text)
    shown = osier("plan", "site.toml").out
    assert "run     systemctl restart -- app.service" in shown and "2 programs told of it" in shown
    assert osier("apply", "site.toml", "--yes").status == 0
    assert calls() == ["restart app.service", "reload other.service"]
    assert osier("apply", "site.toml", "--yes").out == "nothing to do\n" and calls() == []
    write(tmp_path, text.replace('a"]\ncontent = "1"', 'a"]\ncontent = "2"'))
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == ["restart app.service"]
    assert osier("undo").status == 0 and calls() == ["try-restart app.service"]
    assert (tmp_path / "conf/a").read_text() == "1"


def test_one_that_starts_or_is_stopped_is_not_restarted(osier, tmp_path, unit, calls):
    unit("app", "inactive")
    unit("idle", "inactive")
    write(tmp_path, '[file."@/a"]\n[service.app]\nstate = "running"\nrestart_when = ["@/a"]\n'
                    '[service.idle]\nrestart_when = ["@/a"]\n')
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == ["start app.service"]


def test_a_failure_takes_all_back(osier, tmp_path, machine, unit, calls):
    unit("app", "inactive")
    unit("first", "inactive")
    (machine / "fails-app.service").touch()
    write(tmp_path, '[file."@/a"]\ncontent = "new"\n[service.first]\nstate = "running"\n'
                    '[service.app]\nenabled = true\nstate = "running"\n')
    (tmp_path / "a").write_text("old")
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 1 and "app.service: it has failed" in done.err and "nothing was changed" in done.err
    assert (tmp_path / "a").read_text() == "old" and unit("first") == ("inactive", "disabled")
    assert unit("app") == ("failed", "disabled")
    assert calls()[-2:] == ["disable app.service", "stop first.service"]
    assert osier("log").out == ""


def test_a_failure_that_may_be(osier, tmp_path, machine, unit):
    unit("app", "inactive")
    (machine / "fails-app.service").touch()
    write(tmp_path, '[file."@/a"]\n[service.app]\nstate = "running"\nundo_on_failure = false\n')
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 1 and "it has failed" in done.err and (tmp_path / "a").exists()
    assert "done as 1" in done.out and osier("undo").status == 0 and not (tmp_path / "a").exists()


def test_a_plan_that_was_saved_runs_its_programs(osier, tmp_path, unit, calls):
    unit("app", "inactive")
    write(tmp_path, '[file."@/a"]\n[service.app]\nstate = "running"\n')
    assert osier("plan", "site.toml", "-o", "x.plan").status == 0
    lines = [json.loads(line) for line in (tmp_path / "x.plan").read_text().splitlines()]
    act = next(line for line in lines if "act" in line)
    assert [word["arg"] for word in act["run"]] == ["systemctl", "start", "--", "app.service"]
    assert act["values"] == [{"kind": "service", "name": "app", "what": "state", "was": "stopped", "is": "running"}]
    assert "service app: state  stopped -> running" in osier("show", "x.plan").out
    page = osier("show", "x.plan", "--html").out
    assert "Plan: 2 changes" in page and "service app: state</td><td>stopped &rarr; running</td><td>compensate" in page
    assert osier("apply", "x.plan", "--yes").status == 0 and calls() == ["start app.service"]
    again = osier("apply", "x.plan", "--yes")
    assert again.status == 3 and calls() == []
    assert osier("undo").status == 0 and unit("app")[0] == "inactive"


def test_a_plan_whose_value_has_changed_is_refused(osier, tmp_path, machine, unit, calls):
    unit("app", "inactive", "disabled")
    write(tmp_path, '[service.app]\nenabled = true\n')
    assert osier("plan", "site.toml", "-o", "x.plan").status == 0
    (machine / "units/app.service/file").write_text("static\n")
    done = osier("apply", "x.plan", "--yes")
    assert done.status == 3 and calls() == []
    assert "service app: enabled" in done.err and "expects disabled, but there is static" in done.err


def test_an_undo_is_refused_where_somebody_else_was_there(osier, tmp_path, machine, unit, calls):
    unit("app", "inactive")
    write(tmp_path, '[file."@/a"]\n[service.app]\nenabled = true\n')
    assert osier("apply", "site.toml", "--yes").status == 0
    (machine / "units/app.service/file").write_text("static\n")
    calls()
    done = osier("undo")
    assert done.status == 3 and "it is static by now, not enabled" in done.err
    assert calls() == [] and (tmp_path / "a").exists()


def test_an_undo_that_fails_undoes_nothing(osier, tmp_path, machine, unit):
    unit("app", "inactive")
    write(tmp_path, '[file."@/a"]\n[service.app]\nstate = "running"\n')
    assert osier("apply", "site.toml", "--yes").status == 0
    (machine / "broken-stop").touch()
    done = osier("undo")
    assert done.status == 1 and "stop is broken" in done.err
    assert (tmp_path / "a").exists() and unit("app")[0] == "active"
    (machine / "broken-stop").unlink()
    assert osier("undo").status == 0 and not (tmp_path / "a").exists()


def test_with_paths_only_files_are_taken_back(osier, tmp_path, unit, calls):
    unit("app", "inactive")
    write(tmp_path, '[file."@/a"]\n[service.app]\nstate = "running"\n')
    assert osier("apply", "site.toml", "--yes").status == 0
    calls()
    assert osier("undo", "1", "--", str(tmp_path / "a")).status == 0
    assert calls() == [] and unit("app")[0] == "active" and not (tmp_path / "a").exists()
    assert osier("undo", "1").status == 0 and calls() == ["stop app.service"]
    assert osier("undo", "1").err.endswith("it is undone already: '1'\n")


@pytest.mark.parametrize("done", ["before", "never", "later"])
def test_a_death_in_a_program_is_recovered(osier, tmp_path, machine, unit, calls, done):
    """Who starts a service kills osier, after it has started, before, or goes on when osier is dead: what is found when it has
    ended is taken back."""
    unit("app", "inactive")
    unit("then", "inactive")
    script = (machine / "programs/systemctl").read_text()
    death = 'if [ -e @/deadly ] && [ "$unit" = app.service ] && [ "$verb" = start ]; then WORK; fi\n'
    death = death.replace("@", str(machine)).replace("WORK", {
        "before": "set_to active active; kill -9 $PPID; exit 0",
        "never": "kill -9 $PPID; exit 1",
        "later": "kill -9 $PPID; sleep 0.5; set_to active active; exit 0"}[done])
    (machine / "programs/systemctl").write_text(script.replace("case $verb in\n", death + "case $verb in\n"))
    (machine / "deadly").touch()
    write(tmp_path, '[file."@/a"]\n[service.app]\nenabled = true\nstate = "running"\n[service.then]\nstate = "running"\n')
    died = osier("apply", "site.toml", "--yes")
    assert died.status == -signal.SIGKILL and (tmp_path / "a").exists()
    (machine / "deadly").unlink()
    calls()
    assert osier("recover").status == 0
    assert not (tmp_path / "a").exists() and unit("app") == ("inactive", "disabled")
    assert calls() == ([] if done == "never" else ["stop app.service"]) + ["disable app.service"]
    assert osier("log").out == ""


def test_hostile_names_are_refused(osier, tmp_path, calls):
    for name in ("-x", "--root=/", "a b", "a\\nb", "../x", "", "a:b"):
        write(tmp_path, f'[service."{name}"]\nstate = "running"\n')
        done = osier("plan", "site.toml")
        assert done.status == 1 and "this is no name for a service" in done.err, name
    assert calls() == []


def test_mistakes_in_a_table_are_told(osier, tmp_path, unit):
    unit("app", "inactive", "static")
    for text, message in [
        ('state = "started"', "a service is \"running\" or \"stopped\", not 'started'"),
        ("masked = true\nenabled = true", "what is masked can't be started or enabled"),
        ('restart_when = ["conf"]', "'conf' is no absolute path"),
        ('restart_when = "x"', "restart_when is a list, not a text"),
        ('ready = "tcp:99999"', "is neither"),
        ('ready = "tcp:80"\nready_within = 0', "ready_within is in seconds"),
        ("enabled = true", "its unit has no [Install]"),
        ("running = true", "a service has no 'running'"),
    ]:
        write(tmp_path, f"[service.app]\n{text}\n")
        done = osier("plan", "site.toml")
        assert done.status == 1 and message in done.err, (text, done.err)
    write(tmp_path, '[service.nobody]\nstate = "running"\n')
    assert "there is no unit 'nobody.service'" in osier("plan", "site.toml").err


def test_a_service_that_answers_or_does_not(osier, tmp_path, unit, calls):
    unit("app", "inactive")
    write(tmp_path, '[file."@/a"]\n[service.app]\nstate = "running"\nready = "exit 3"\nready_within = 0.2\n')
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 1 and "no answer of exit 3 within 0.2 s: exit status 3" in done.err
    assert unit("app")[0] == "inactive" and not (tmp_path / "a").exists()
    write(tmp_path, '[service.app]\nstate = "running"\nready = "test -e @/up || { touch @/up; false; }"\n')
    assert "run     @ready" in osier("plan", "site.toml").out
    assert osier("apply", "site.toml", "--yes").status == 0 and unit("app")[0] == "active"
    assert osier("check", "site.toml").status == 0
    os.unlink(tmp_path / "up")
    write(tmp_path, '[service.app]\nstate = "running"\nready = "echo no; false"\n')
    looked = osier("check", "site.toml")
    assert looked.status == 1 and "echo no; false: no" in looked.out


def test_units_that_change_are_read_once(osier, tmp_path, machine, unit, calls):
    """Not on this machine: the plan is only made, and says what would be run."""
    unit("app", "active", "enabled")
    write(tmp_path, '[dir."/run/systemd/system"]\n[file."/run/systemd/system/osier-test-a.service"]\ncontent = "[Service]\\n"\ncheck = ""\n'
                    '[file."/run/systemd/system/osier-test-b.service"]\ncontent = "[Service]\\n"\ncheck = ""\n'
                    '[service.app]\nstate = "running"\n')
    shown = osier("plan", "site.toml").out
    assert shown.count("run     systemctl daemon-reload") == 1 and calls() == []


def test_no_systemctl_is_no_answer(osier, tmp_path, machine):
    (machine / "programs/systemctl").unlink()
    write(tmp_path, '[service.app]\nstate = "running"\n')
    done = osier("plan", "site.toml")
    assert done.status == 1 and "there is no program systemctl" in done.err
    assert osier("check", "site.toml", "--format=nagios").status == 3


def test_a_systemd_that_is_not_there(osier, tmp_path, machine):
    (machine / "programs/systemctl").write_text("#!/bin/sh\necho System has not been booted with systemd >&2\nexit 1\n")
    write(tmp_path, '[service.app]\nstate = "running"\n')
    assert "systemd isn't running here" in osier("plan", "site.toml").err
    assert osier("check", "site.toml", "--format=nagios").status == 3
