# A thin front over Meson: every target installs what it lacks, builds, and does its job.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := all
.PHONY: all bootstrap demo check check-crash check-cpython check-psutil bench static amalgamation packages release install uninstall format distcheck clean

bootstrap:
	@tools/bootstrap $(GROUPS)

# Debian's directory for libraries is asked of the compiler: Meson knows it only where dpkg-dev is. Who only uses osier
# waits a sixth less without debug information; tests have it.
$(BUILD)/build.ninja:
	@tools/bootstrap build python
	@libdir=$$(cc -print-multiarch 2>/dev/null); set -x; \
		meson setup -Ddebug=false --prefix=$(PREFIX) $${libdir:+--libdir=lib/$$libdir} $(MESON_OPTIONS) $(BUILD)

# A build that was set up before its packages were there learns of them: tests, bench.
$(BUILD)/with-%: | $(BUILD)/build.ninja
	@meson configure $(BUILD) -D$*=enabled -Ddebug=true
	@touch $@

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

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
	@tools/bootstrap build python static cross packaging
	@$(MAKE) --no-print-directory all
	@tools/packages $(BUILD)

# A commit and a tag of what is committed, when all checks pass: make release VERSION=1.2.3
release:
	@tools/bootstrap build test cpython dist cross packaging static
	@tools/release "$(VERSION)" $(BUILD)

distcheck:
	@tools/bootstrap build test dist cross
	@$(MAKE) --no-print-directory $(BUILD)/with-tests all
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

# Power cuts on every file system, deaths at each call, full disks, editors: for root, some minutes.
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
