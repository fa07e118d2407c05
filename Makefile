# netrepro's build. `make help` lists the targets.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/netrepro

CC ?= cc
PKG_CONFIG ?= pkg-config
BUILD ?= build
# SAN=address,undefined builds with sanitizers, below build/san
SAN ?=
ifneq ($(SAN),)
BUILD := build/san
endif

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
VERSION := 0.1.0
PACKAGES := libnl-3.0 libnl-route-3.0 libnl-idiag-3.0 libfyaml jansson libmd

# Asked once, and only by the goals that compile.
ifeq ($(filter help clean,$(MAKECMDGOALS)),)
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES)))$(PACKAGE_CFLAGS)
PACKAGE_LIBS = $(eval PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES)))$(PACKAGE_LIBS)
endif

own_cflags = -std=gnu17 -D_GNU_SOURCE -DNETREPRO_VERSION='"$(VERSION)"' $(WARNINGS) -Isrc $(PACKAGE_CFLAGS) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) -MMD -MP
own_ldflags = $(if $(SAN),-fsanitize=$(SAN))
own_libs = $(PACKAGE_LIBS) -pthread

sources := $(wildcard src/*/*.c)
objects := $(sources:%.c=$(BUILD)/%.o)
# Everything but main(), for the programs of the tests.
library_objects := $(filter-out $(BUILD)/src/cli/main.o,$(objects))

quiet = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(@:$(BUILD)/%=%)';)

all: $(BUILD)/netrepro ## build build/netrepro (SAN=address,undefined: with sanitizers; V=1: say the commands)

$(BUILD)/netrepro: $(objects)
	$(call quiet,LD)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $^ $(own_libs) $(LDLIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(own_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

-include $(objects:.o=.d)

.PHONY: all
