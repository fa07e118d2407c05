# netrepro's build. `make help` lists the targets.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
# The program looks for its scenarios in ../share/netrepro, and for the programs that they start in programs or in
# ../libexec/netrepro, seen from where it is.
DATADIR = $(PREFIX)/share/netrepro
LIBEXECDIR = $(PREFIX)/libexec/netrepro

CC ?= cc
PKG_CONFIG ?= pkg-config
INSTALL ?= install
# SAN=address,undefined builds with sanitizers, below build/san.
SAN ?=
BUILD := build$(if $(SAN),/san)

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
VERSION := 0.1.0
PACKAGES := libnl-3.0 libnl-route-3.0 libnl-idiag-3.0 libfyaml jansson libmd libpcap

# Asked once, and only by what compiles: what is missing may be about to be installed by another target.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES)))$(PACKAGE_CFLAGS)
PACKAGE_LIBS = $(eval PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES)))$(PACKAGE_LIBS)
CMOCKA_LIBS = $(eval CMOCKA_LIBS := $(shell $(PKG_CONFIG) --libs cmocka))$(CMOCKA_LIBS)

own_cflags = -std=gnu17 -D_GNU_SOURCE -DNETREPRO_VERSION='"$(VERSION)"' \
	$(WARNINGS) -Isrc $(PACKAGE_CFLAGS) -MMD -MP \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
own_ldflags = $(if $(SAN),-fsanitize=$(SAN))
# libresolv: base64 (b64_ntop(), b64_pton()).
own_libs = $(PACKAGE_LIBS) -lresolv -pthread

sources := $(wildcard src/*/*.c)
objects := $(sources:%.c=$(BUILD)/%.o)
# Everything below the command line, for the programs of the tests: objects and no archive, as the table of verbs is
# gathered by the linker from all objects, and an archive would give it only those that something else names.
library_sources := $(filter-out src/cli/%,$(sources))
library_objects := $(library_sources:%.c=$(BUILD)/%.o)

# What scenarios start: programs that need nothing but the C library.
programs := $(patsubst scenarios/%.c,$(BUILD)/%,$(wildcard scenarios/programs/*.c))
# And what they run by programs of others: configuration, scripts.
program_data := $(filter-out %.c,$(wildcard scenarios/programs/*))

unit_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test-*.c))
net_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/net/test-*.c))
platform_tests := $(patsubst %.c,$(BUILD)/%,$(filter-out tests/platform/platform.c,$(wildcard tests/platform/*.c)))
bench_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
cli_tests := $(wildcard tests/cli/*.sh)
isolation_tests := $(filter-out %/host-snapshot.sh %/common.sh,$(wildcard tests/isolation/*.sh))
fault_tests := tests/fault/fault.sh
fault_shim := $(BUILD)/tests/fault/shim.so
fuzzers := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZ_SECONDS ?= 60

quiet = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(@:build/%=%)';)

.DEFAULT_GOAL := all

# What is built depends on the flags and on which sources there are: a file that changes when these do.
stamp := $(BUILD)/stamp
stamp_text = $(CC) $(own_cflags) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS) $(sources)
$(stamp): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(stamp_text))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(stamp_text))' >$@

all: $(BUILD)/netrepro $(programs) ## build build/netrepro (and the programs of scenarios beside it; SAN=address,undefined: build/san/netrepro; V=1: show the commands)
	@:

$(BUILD)/netrepro: $(objects) $(stamp)
	$(call quiet,LD)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $(objects) $(own_libs) $(LDLIBS)

$(programs): $(BUILD)/%: scenarios/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $< \
		$(LDLIBS)

$(BUILD)/%.o: %.c Makefile $(stamp)
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(own_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The README's two commands: what is missing is set up first, in a make of its own, as this one may have looked already.
run: ## set up what is missing, build, and run scenarios/server-restart.yaml over its whole matrix
	@ci/setup build
	@$(MAKE) --no-print-directory all
	build/netrepro run scenarios/server-restart.yaml

test: ## set up what is missing, build, and run all tests (STRICT=1: a skipped test is a failed one)
	@ci/setup test
	@$(MAKE) --no-print-directory check

# With `san:` in front a test runs against the sanitized program, or is itself built so. The canon says the same then. What is
# run in containers and by the recipes is built there; what the sheets of labs type is typed in the test of labs as well.
san_scripts = $(filter-out %/everywhere.sh %/recipes.sh %/labs.sh %/canon.sh,$(cli_tests) $(isolation_tests))
check: layers all $(unit_tests) $(net_tests) $(platform_tests) $(bench_programs) $(fault_shim) sanitized ## run all tests, nothing being set up
	@tests/run $(unit_tests) $(net_tests) $(platform_tests) $(filter %/everywhere.sh,$(isolation_tests)) $(cli_tests) \
		$(filter-out %/everywhere.sh,$(isolation_tests)) $(fault_tests) \
		$(addprefix san:,$(patsubst build/%,build/san/%,$(unit_tests) $(net_tests) $(platform_tests)) $(san_scripts))

layers: ## check that no layer includes one to its right (src/README.md)
	@ci/layers

sanitized: ## build the program and its tests with the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory SAN=address,undefined sanitized-programs

sanitized-programs: $(BUILD)/netrepro $(programs) $(unit_tests) $(net_tests) $(platform_tests)

$(unit_tests): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/unit/test_vocabulary.o $(library_objects)
	$(call quiet,LD)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^) $(own_libs) $(CMOCKA_LIBS) $(LDLIBS)

$(net_tests): $(BUILD)/%: $(BUILD)/%.o $(library_objects)
	$(call quiet,LD)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^) $(own_libs) $(CMOCKA_LIBS) $(LDLIBS)

$(platform_tests): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/platform/platform.o
	$(call quiet,LD)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^) $(own_libs) $(CMOCKA_LIBS) $(LDLIBS)

$(bench_programs): $(BUILD)/%: $(BUILD)/%.o
	$(call quiet,LD)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

$(fault_shim): tests/fault/shim.c Makefile
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(own_cflags) $(CFLAGS) -shared -fPIC -o $@ $< -ldl

bench: ## measure against the floor and against a shell script (tests/bench/README.md); takes some minutes
	@ci/setup test
	@$(MAKE) --no-print-directory all $(bench_programs)
	@tests/bench/bench

# Fuzzers are clang's, with everything compiled for coverage, once for all of them.
fuzz_flags := -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_objects := $(library_sources:%.c=build/fuzz/objects/%.o)
build/fuzz/objects/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)clang -std=gnu17 -D_GNU_SOURCE -DNETREPRO_VERSION='"$(VERSION)"' -g -O1 -Isrc $(PACKAGE_CFLAGS) \
		-MMD -MP -fsanitize=fuzzer-no-link $(fuzz_flags) -c -o $@ $<

$(fuzzers): build/fuzz/%: build/fuzz/objects/tests/fuzz/%.o $(fuzz_objects)
	$(call quiet,FUZZ)clang -fsanitize=fuzzer $(fuzz_flags) -o $@ $^ $(own_libs)

fuzz: ## fuzz each reader for FUZZ_SECONDS (60), from the committed corpus
	@ci/setup fuzz
	@$(MAKE) --no-print-directory $(fuzzers)
	@tests/fuzz/run $(FUZZ_SECONDS) $(fuzzers)

lint: layers ## the sources under clang's warnings, the scripts under shellcheck
	@ci/setup fuzz
	@ci/lint

golden: all ## write the golden files anew, to be looked at with git diff
	@for test in $(cli_tests); do UPDATE_GOLDEN=1 $$test >/dev/null || exit 1; done

claims: all ## run all scenarios, and write scenarios/CLAIMS.md: what became of each claim; takes some minutes
	@ci/claims --write

install: all ## install below $(DESTDIR)$(PREFIX)
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1' '$(DESTDIR)$(DATADIR)/scenarios/labs' \
		'$(DESTDIR)$(DATADIR)/scenarios/articles' '$(DESTDIR)$(DATADIR)/scenarios/programs' '$(DESTDIR)$(LIBEXECDIR)'
	$(INSTALL) -m 755 $(BUILD)/netrepro '$(DESTDIR)$(BINDIR)/netrepro'
	$(INSTALL) -m 644 src/cli/netrepro.1 '$(DESTDIR)$(MANDIR)/man1/netrepro.1'
	$(INSTALL) -m 644 scenarios/*.yaml scenarios/*.json scenarios/*.md '$(DESTDIR)$(DATADIR)/scenarios'
	$(INSTALL) -m 644 scenarios/articles/*.yaml scenarios/articles/*.json '$(DESTDIR)$(DATADIR)/scenarios/articles'
	$(INSTALL) -m 644 scenarios/labs/*.md '$(DESTDIR)$(DATADIR)/scenarios/labs'
	$(INSTALL) -m 644 $(program_data) '$(DESTDIR)$(DATADIR)/scenarios/programs'
	$(INSTALL) -m 755 $(programs) '$(DESTDIR)$(LIBEXECDIR)'

uninstall: ## undo `make install`
	rm -f '$(DESTDIR)$(BINDIR)/netrepro' '$(DESTDIR)$(MANDIR)/man1/netrepro.1'
	rm -rf '$(DESTDIR)$(DATADIR)' '$(DESTDIR)$(LIBEXECDIR)'

compile_commands.json: Makefile $(sources) ## for clangd and clang-tidy
	@printf '[' >$@
	@separator=''; for f in $(sources); do \
		printf '%s\n{"directory":"%s","file":"%s","command":"$(CC) %s -c %s"}' "$$separator" '$(CURDIR)' "$$f" \
			'$(subst ",\",$(subst ',,$(own_cflags)))' "$$f" >>$@; separator=','; done
	@printf '\n]\n' >>$@

clean: ## take away all that was built
	rm -rf build compile_commands.json

help: ## this list
	@awk -F ':.*## ' '/^[a-z_.]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

-include $(wildcard $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d build/fuzz/objects/*/*/*.d)

FORCE:

.PHONY: FORCE all run test check layers sanitized sanitized-programs bench fuzz lint golden claims install uninstall clean help
.DELETE_ON_ERROR:
# Objects of the tests are kept between builds.
.SECONDARY:
