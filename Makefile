# A thin front over Meson: every target installs what it lacks, builds, and does its job.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := all
.PHONY: all bootstrap demo check bench install format distcheck clean

bootstrap:
	@tools/bootstrap $(GROUPS)

$(BUILD)/build.ninja:
	@tools/bootstrap build
	meson setup --prefix=$(PREFIX) $(MESON_OPTIONS) $(BUILD)

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

demo: all
	@examples/demo.sh $(BUILD)

check:
	@tools/bootstrap build test
	@$(MAKE) --no-print-directory all
	@tools/check $(BUILD)

install: all
	@meson configure $(BUILD) --prefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --quiet

distcheck:
	@tools/bootstrap build test dist
	@$(MAKE) --no-print-directory all
	@tools/distcheck $(BUILD) $(PARTS)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD)
