# A thin front over Meson: every target installs what it lacks, builds, and does its job.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := all
.PHONY: all osier bootstrap demo check check-crash check-system check-cpython check-psutil bench static amalgamation packages release install uninstall format distcheck clean

bootstrap:
	@tools/bootstrap $(GROUPS)

# Debian's directory for libraries is asked of the compiler: Meson knows it only where dpkg-dev is. Who only uses osier
# builds no tests, and waits a sixth less without debug information.
$(BUILD)/build.ninja:
	@tools/bootstrap build
	@libdir=$$(cc -print-multiarch 2>/dev/null); set -x; \
		meson setup -Ddebug=false -Dtests=disabled -Dbench=disabled --prefix=$(PREFIX) \
		$${libdir:+--libdir=lib/$$libdir} $(MESON_OPTIONS) $(BUILD)

# What a build gets when it is asked for, and keeps. One that is there already learns of Python's headers and curses; debug
# information, which the comparison of interfaces reads, has everything compiled again.
$(BUILD)/with-python:
	@tools/bootstrap build python
	@tools/bootstrap screen || echo "osier du --interactive is left out: it needs curses"
	@if test -f $(BUILD)/build.ninja; then meson setup --reconfigure $(BUILD) >/dev/null; \
		else $(MAKE) --no-print-directory $(BUILD)/build.ninja; fi
	@touch $@
$(BUILD)/with-tests $(BUILD)/with-bench: $(BUILD)/with-%: | $(BUILD)/with-python
	@meson configure $(BUILD) -D$*=enabled
	@touch $@
$(BUILD)/with-debug: | $(BUILD)/with-python
	@meson configure $(BUILD) -Ddebug=true
	@touch $@

all: $(BUILD)/with-python
	@ninja -C $(BUILD) --quiet

# The command alone, build/osier: the shortest way to it.
osier: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet osier

demo: all
	@examples/demo.sh $(BUILD)

check:
	@tools/bootstrap build test
	@$(MAKE) --no-print-directory $(BUILD)/with-tests all
	@tools/check $(BUILD)

install: all
	@meson configure $(BUILD) --prefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --quiet

uninstall: all
	@meson configure $(BUILD) --prefix=$(PREFIX)
	@tools/uninstall $(BUILD) $(DESTDIR)

# The library as two files, osier.c and osier.h, in build/amalgamation.
amalgamation: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet amalgamation

# The sources, Debian's packages, the static command, the wheel: build/packages.
packages:
	@tools/bootstrap build python screen static cross packaging
	@$(MAKE) --no-print-directory all
	@tools/packages $(BUILD)

# A commit and a tag of what is committed, when all checks pass: make release VERSION=1.2.3
release:
	@tools/bootstrap build screen test cpython dist cross packaging static
	@tools/release "$(VERSION)" $(BUILD)

distcheck:
	@tools/bootstrap build test dist cross
	@$(MAKE) --no-print-directory $(BUILD)/with-tests $(BUILD)/with-debug all
	@tools/distcheck $(BUILD) $(PARTS)

# The command as one file that runs on any Linux of this processor: build/static/osier.
static:
	@tools/bootstrap build static
	@test -f $(BUILD)/static/build.ninja || CC=musl-gcc meson setup --buildtype=release \
		-Ddefault_library=static -Db_pie=false -Dc_link_args=-static $(BUILD)/static
	@ninja -C $(BUILD)/static --quiet osier

bench:
	@tools/bootstrap build bench
	@$(MAKE) --no-print-directory $(BUILD)/with-bench all
	@ninja -C $(BUILD) --quiet bench-programs
	@bench/run $(BUILD)

# Power cuts on every file system, deaths at each call, full disks, editors: for root, half an hour at rest.
# A Debian with its systemd is made a web service by a state, and taken back: tests/system. Needs root; the Debian is kept in
# the build folder. DEBIAN_MIRROR is where it is from.
check-system:
	@tools/bootstrap build python test system
	@$(MAKE) --no-print-directory $(BUILD)/with-tests all
	@OSIER_BUILD=$(abspath $(BUILD)) PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -q tests/system

check-crash:
	@tools/bootstrap build test crash
	@$(MAKE) --no-print-directory $(BUILD)/with-tests all
	@ninja -C $(BUILD) --quiet crash-programs
	@OSIER_BUILD=$(BUILD) CRASH_TOOLS=$(BUILD)/tests/crash OSIER_CRASH=full /usr/bin/python3 -B -m pytest -q tests/crash

check-cpython:
	@tools/bootstrap build python cpython
	@$(MAKE) --no-print-directory all
	@tools/check-cpython $(BUILD) $(SUITES) $(foreach python,$(PYTHONS),--python $(python)) $(CPYTHON_OPTIONS)

check-psutil:
	@tools/bootstrap build python psutil
	@$(MAKE) --no-print-directory all
	@tools/check-psutil $(BUILD) $(SUITES)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD)
