# SPDX-License-Identifier: Apache-2.0
# haven: `make run` serves the demo directory, `make test` checks everything.

MODE ?= release
B := build/$(MODE)
HAVEN := build/haven
SHARE := build/share
DATA ?=
NODE_STAMP := web/node_modules/.stamp

LIBS := spatialite sqlite3 libmicrohttpd jansson libsodium icu-i18n icu-uc proj
PACKAGES := gcc make pkg-config libmicrohttpd-dev libsqlite3-dev libspatialite-dev \
	libgeos-dev libproj-dev libjansson-dev libcsv-dev libsodium-dev libicu-dev \
	libcmocka-dev

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wcast-qual -Wvla -Wformat=2
CFLAGS_release := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
CFLAGS_tsan := -O1 -g -fsanitize=thread
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CC_fuzz := clang-14
ifneq ($(CC_$(MODE)),)
CC := $(CC_$(MODE))
endif
CFLAGS += -std=c11 -D_GNU_SOURCE -I. -MMD -MP -pthread $(WARN) $(CFLAGS_$(MODE)) \
	$(shell pkg-config --cflags $(LIBS) 2>/dev/null)
LDLIBS += -pthread $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lcsv -lm

SRC := $(filter-out server/main.c,$(wildcard data/*.c tiles/*.c importers/*.c server/*.c \
	server/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o)
LIB := $(B)/libhaven.a
UNIT := $(wildcard tests/unit/test_*.c)

##@ Build
.PHONY: all
all: $(HAVEN) ## build build/haven (the default)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS) -c $< -o $@

$(LIB): $(OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/haven: $(B)/server/main.o $(LIB)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

# The program's own files stand beside it: $(B)/share is what $(B)/haven reads.
SHARE_FILES := $(patsubst data/%,$(SHARE)/%,$(wildcard data/vocabulary/*.csv \
	data/schema/*.sql data/schema_access/*.sql))

$(SHARE)/%: data/%
	@mkdir -p $(@D)
	@cp $< $@

$(NODE_STAMP): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

$(SHARE)/borders.bin: data/borders.mjs data/vocabulary/country.csv $(NODE_STAMP)
	@mkdir -p $(@D)
	node data/borders.mjs web data/vocabulary/country.csv $@

$(B)/share: $(SHARE_FILES) $(SHARE)/borders.bin
	@ln -sfn ../share $@ && touch -h $@

build/haven: $(B)/haven $(B)/share
	@ln -sf release/haven $@

$(B)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $^ $(LDLIBS) -lcmocka -o $@

-include $(shell find build -name '*.d' 2>/dev/null)
