#!/bin/sh
# The main job, on real input: a C program and the osier command prepare, change, look at and clean up a machine's files.
set -eu
build=$(cd "${1:-build}" && pwd)
osier=$build/osier
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

say() { printf '\n# %s\n' "$*"; }
do_it() { # shows the command as one would type it, and runs it
    line='$ osier'
    for word; do
        case $word in
        *[!A-Za-z0-9_./=@:-]*) line="$line '$word'" ;;
        *) line="$line $word" ;;
        esac
    done
    printf '%s\n' "$line"
    "$osier" "$@"
}

say "A program in C with <osier.h> deploys an application and looks at /usr (examples/deploy.c)"
"$build/deploy" srv/app /usr

say "The osier command goes on from there: directories and files"
do_it os.makedirs srv/app/releases/2.0/lib --exist-ok --mode 750
do_it os.listdir srv/app/releases
do_it os.write_file srv/app/releases/2.0/version '2.0
'
do_it os.rename srv/app/releases/2.0/version srv/app/releases/2.0/VERSION
do_it os.read_file srv/app/releases/2.0/VERSION
do_it os.stat srv/app/releases/2.0/VERSION --json

say "Paths"
do_it os.path.join "$scratch" srv app ../app/current
do_it os.path.realpath srv/app/current
do_it os.path.relpath /usr/lib/os-release /usr/share
do_it os.path.splitext releases/app-2.0.tar.gz

say "The environment and the shell"
export APP_PORT=9090
do_it os.getenv APP_PORT
do_it os.getenv APP_HOME /srv/app
do_it os.popen 'ls srv/app | wc -l'
do_it os.system 'test -d srv/app'

say "Errors are Python's, and so is the way they tell what is wrong"
do_it os.mkdir srv/app || echo "(exit status $?)"
do_it os.mkdirs srv/app || echo "(exit status $?)"

say "See it, do it, take it back: a plan, its application, and a wrong rm"
export OSIER_STATE="$scratch/journal"
do_it plan -o deploy.plan -- os.makedirs srv/app/conf ';' os.write_file srv/app/conf/port 8080 ';' \
    os.rename srv/app/releases/2.0/VERSION srv/app/releases/2.0/version
do_it apply deploy.plan --yes
do_it os.read_file srv/app/conf/port
echo
do_it rm -r --undoable srv
do_it os.path.exists srv || echo "(exit status $?: all of it is gone)"
do_it undo
do_it os.path.exists srv
do_it undo 1
if "$osier" try -q --drop -- true 2>/dev/null; then # where the kernel and its keepers allow it
    say "A rehearsal: the command runs for real, and nothing has changed, until it is kept"
    do_it try --drop -- sh -c 'rm -r srv/app/releases; echo 9090 > srv/app/port; ls srv/app'
    do_it os.path.exists srv/app/port || echo "(exit status $?: nothing has changed)"
    do_it try --keep -- sh -c 'sed -i s/2/3/ srv/app/releases/2.0/VERSION'
    do_it os.read_file srv/app/releases/2.0/VERSION
    do_it undo
fi
do_it log

say "The disk and the machine"
do_it os.disk_usage /usr
do_it os.cpu_count
do_it os.getloadavg

say "Cleaning up: removing the release from the leaves to the root"
do_it os.remove srv/app/releases/2.0/VERSION
do_it os.removedirs srv/app/releases/2.0/lib
do_it os.path.exists srv/app/releases/2.0 || echo "(exit status $?: it is gone)"
