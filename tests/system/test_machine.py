# SPDX-License-Identifier: MIT
"""A Debian with its systemd is taken from bare to a working web service by one state, and back, to the byte."""

import hashlib
import os
import pathlib
import stat

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/states/web.toml"
STATE = """\
[vars]
port = 8080
text = "hello"

[package.nginx-light]

[dir."/srv/www"]
[file."/srv/www/index.html"]
content = "{{text}}\\n"
owner = "web"

[file."/etc/nginx/sites-available/app"]
after = ["package:nginx-light"]
content = '''
server {
    listen 127.0.0.1:{{port}};
    root /srv/www;
    location /health { return 200 "fine"; }
}
'''
check = ""
[link."/etc/nginx/sites-enabled/app"]
after = ["package:nginx-light"]
to = "../sites-available/app"
[absent."/etc/nginx/sites-enabled/default"]
after = ["package:nginx-light"]

[block."/etc/nginx/mime.types"]
"@after" = ["package:nginx-light"]
note = "# as the state has it"

[set."/etc/systemd/journald.conf".Journal]
SystemMaxUse = "50M"

[user.web]
system = true
home = "/srv/www"
create_home = false
comment = "the web's own"

[sysctl]
"net.ipv4.ip_forward" = 1

[cron.app]
schedule = "*/5 * * * *"
command = "/bin/true"
user = "web"

[timer.tidy]
calendar = "daily"
command = ["/bin/true"]
user = "web"

[file."/etc/systemd/system/worker.service"]
content = '''
[Unit]
Description=Works
[Service]
ExecStart=/bin/sleep infinity
User=web
[Install]
WantedBy=multi-user.target
'''

[service.worker]
state = "running"
enabled = true
restart_when = ["/etc/systemd/system/worker.service"]

[service.systemd-journald]
restart_when = ["/etc/systemd/journald.conf"]

[service.nginx]
state = "running"
enabled = true
reload_when = ["/etc/nginx/*"]
ready = "http://127.0.0.1:{{port}}/health"
ready_within = 20

[http."http://127.0.0.1:{{port}}/"]
text = "{{text}}"
"""

# What the machine writes by itself, and what only notes that something was done.
LEFT_OUT = ("etc/ld.so.cache", "etc/mtab", "etc/resolv.conf", "etc/passwd-", "etc/shadow-", "etc/group-", "etc/gshadow-")


def picture(machine):
    """All files of /etc, /srv and /usr, with their content and attributes."""
    found = {}
    for top in ("etc", "srv", "usr"):
        for place, directories, files in os.walk(os.path.join(machine.root, top)):
            for name in directories + files:
                path = os.path.join(place, name)
                st = os.lstat(path)
                short = os.path.relpath(path, machine.root)
                if short in LEFT_OUT or "__pycache__" in short:
                    continue
                content = os.readlink(path) if stat.S_ISLNK(st.st_mode) else None
                if stat.S_ISREG(st.st_mode):
                    with open(path, "rb") as file:
                        content = hashlib.sha256(file.read()).hexdigest()
                found[short] = (st.st_mode, st.st_uid, st.st_gid, content)
    return found


def packages(machine):
    found = machine.run("dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Abbrev}\n").stdout
    return found + "".join(f"{name} by itself\n" for name in machine.run("apt-mark", "showauto").stdout.split())


def is_active(machine, unit):
    return machine.run("systemctl", "is-active", unit).stdout.strip()


def test_a_bare_machine_serves_and_is_bare_again(machine, osier, site):
    before, installed = picture(machine), packages(machine)
    site(STATE)
    shown = osier("plan", "/opt/site.toml", status=4)
    assert "package nginx-light  absent -> " in shown and "package nginx-common  absent -> " in shown
    assert "what comes after that is known when it has run" in shown
    assert packages(machine) == installed
    osier("check", "/opt/site.toml", status=1)

    osier("apply", "/opt/site.toml", "--yes", timeout=120)
    assert is_active(machine, "nginx") == is_active(machine, "worker") == "active"
    assert "all 18 are so" in osier("check", "/opt/site.toml")
    assert osier("plan", "/opt/site.toml") == "nothing to do\n"
    assert osier("apply", "/opt/site.toml", "--yes") == "nothing to do\n"
    assert machine.run("stat", "-c", "%U", "/srv/www/index.html").stdout == "web\n"
    assert machine.run("ps", "-C", "sleep", "-o", "user=").stdout == "web\n"
    assert machine.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout == "1\n"
    main = machine.run("systemctl", "show", "-p", "MainPID", "worker").stdout

    # Changed: the port, so nginx is told, and nobody else.
    site(STATE.replace("port = 8080", "port = 8081").replace('text = "hello"', 'text = "again"'))
    done = osier("apply", "/opt/site.toml", "--yes")
    assert done.count("runs systemctl") == 1 and "runs systemctl reload -- nginx.service" in done
    osier("check", "/opt/site.toml")
    assert machine.run("systemctl", "show", "-p", "MainPID", "worker").stdout == main
    osier("undo")
    site(STATE)
    assert "all 18 are so" in osier("check", "/opt/site.toml", "--wait=10s")
    assert osier("plan", "/opt/site.toml") == "nothing to do\n"

    # And all of the first apply: packages, files, services.
    first = osier("log").splitlines()
    assert len([line for line in first if ", with " in line]) >= 1
    osier("undo", "1", timeout=120)
    assert packages(machine) == installed
    after = picture(machine)
    assert {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys()
            if before.get(path) != after.get(path)} == {}
    assert machine.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout == "0\n"
    assert is_active(machine, "nginx") == is_active(machine, "worker") == "inactive"
    assert machine.run("systemctl", "is-system-running").stdout.strip() == "running"


def test_what_does_not_answer_is_taken_back(machine, osier, site):
    before = picture(machine)
    site("""[file."/etc/systemd/system/deaf.service"]
content = "[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n"
[service.deaf]
state = "running"
enabled = true
ready = "tcp:8099"
ready_within = 1
""")
    done = osier("apply", "/opt/site.toml", "--yes", status=1)
    assert "no answer of tcp:8099 within 1 s" in done and "nothing was changed" in done
    assert picture(machine) == before and is_active(machine, "deaf") == "inactive"
    assert machine.run("systemctl", "show", "-p", "LoadState", "deaf").stdout == "LoadState=not-found\n"


def test_a_service_that_dies_takes_its_files_back(machine, osier, site):
    before = picture(machine)
    site("""[file."/etc/systemd/system/dying.service"]
content = "[Service]\\nType=oneshot\\nExecStart=/bin/false\\n"
[service.dying]
state = "running"
""")
    done = osier("apply", "/opt/site.toml", "--yes", status=1)
    assert "dying.service" in done and picture(machine) == before


def test_a_death_in_the_middle_is_recovered(machine, osier, site):
    before = picture(machine)
    site("""[file."/etc/systemd/system/slow.service"]
content = "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/sleep 60\\n[Install]\\nWantedBy=multi-user.target\\n"
[service.slow]
state = "running"
enabled = true
""")
    machine.run("sh", "-c", "/opt/osier/osier apply /opt/site.toml --yes & it=$!; "
                "until systemctl show -p ActiveState slow | grep -q activating; do sleep 0.05; done; "
                "kill -9 $it; wait", timeout=60, check=False)
    assert picture(machine) != before
    assert "was taken back" in osier("recover")
    assert picture(machine) == before and is_active(machine, "slow") in ("inactive", "failed")


def test_the_example_serves_and_is_undone(machine, osier, site):
    before, installed = picture(machine), packages(machine)
    site(EXAMPLE.read_text())
    osier("apply", "/opt/site.toml", "--yes", timeout=120)
    assert osier("check", "/opt/site.toml", "--wait=20s").startswith("all ") and is_active(machine, "nginx") == "active"
    assert osier("plan", "/opt/site.toml") == "nothing to do\n"
    osier("undo", timeout=120)
    assert packages(machine) == installed and is_active(machine, "nginx") == "inactive"
    after = picture(machine)
    assert {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == {}


def test_masked_held_and_absent(machine, osier, site):
    machine.run("apt-mark", "auto", "cron")
    installed = packages(machine)
    assert "cron by itself\n" in installed
    site('[service.cron]\nstate = "stopped"\nenabled = false\nmasked = true\n[package.cron]\nheld = true\n')
    osier("apply", "/opt/site.toml", "--yes")
    assert is_active(machine, "cron") == "inactive"
    assert machine.run("systemctl", "is-enabled", "cron").stdout == "masked\n"
    assert machine.run("apt-mark", "showhold").stdout == "cron\n"
    assert osier("plan", "/opt/site.toml") == "nothing to do\n"
    osier("undo")
    assert is_active(machine, "cron") == "active" and packages(machine) == installed
    assert machine.run("systemctl", "is-enabled", "cron").stdout == "enabled\n"
    site('[package.cron]\nstate = "absent"\n')
    osier("apply", "/opt/site.toml", "--yes", timeout=60)
    assert osier("plan", "/opt/site.toml") == "nothing to do\n"
    assert "\nrc " not in packages(machine) and "cron " in packages(machine)
