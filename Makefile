# SPDX-License-Identifier: Apache-2.0
# haven: `make run` serves the demo directory, `make test` checks everything.

MODE ?= release
B := build/$(MODE)
HAVEN := build/haven
SHARE := build/share
LISTEN ?= 127.0.0.1:8080
DATA ?=
export DATA
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

# What Debian 12 has, and what each is for:
PACKAGES := gcc make pkg-config \
	libmicrohttpd-dev libsqlite3-dev libspatialite-dev libgeos-dev libproj-dev \
	libjansson-dev libcsv-dev libsodium-dev liboath-dev libicu-dev libgnutls28-dev \
	protobuf-c-compiler libprotobuf-c-dev libdeflate-dev \
	fonts-noto-core fonttools python3-brotli
TEST_PACKAGES := libcmocka-dev clang-14 libclang-rt-14-dev wrk curl openssl chromium gdal-bin

LIBS := spatialite sqlite3 geos libmicrohttpd jansson libsodium liboath icu-i18n icu-uc proj \
	gnutls libprotobuf-c libdeflate
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wcast-qual -Wvla -Wformat=2
CFLAGS_release := -O2 -g -flto=auto -fstack-protector-strong -D_FORTIFY_SOURCE=2
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
CFLAGS_tsan := -O1 -g -fsanitize=thread
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CC_fuzz := clang-14
ifneq ($(CC_$(MODE)),)
CC := $(CC_$(MODE))
endif
CFLAGS += -std=c11 -D_GNU_SOURCE -I. -Ibuild/made -MMD -MP -pthread $(WARN) $(CFLAGS_$(MODE)) \
	$(shell pkg-config --cflags $(LIBS) 2>/dev/null)
# Bound at the start: a later look-up of a function saves registers, with what is in them.
LDLIBS += -Wl,-z,relro,-z,now -pthread $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lcsv -lm

SRC := $(filter-out server/main.c,$(wildcard data/*.c data/*/*.c tiles/*.c importers/*.c server/*.c \
	server/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o) $(B)/tiles/vector_tile.pb-c.o
LIB := $(B)/libhaven.a
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all
all: $(HAVEN) ## build build/haven

.PHONY: run
run: deps ## install what is missing, build, serve the demo directory on $(LISTEN)
	@$(MAKE) --no-print-directory demo
	$(HAVEN) serve --db build/demo.db --listen $(LISTEN)

.PHONY: demo
demo: $(HAVEN) ## build/demo.db from data/mekong, and its basemap
	@[ -f build/demo.db ] || $(HAVEN) init build/demo.db
	$(HAVEN) import places data/mekong/places.csv --db build/demo.db --source mekong \
		--retire-missing
	$(HAVEN) import services data/mekong/services.csv --db build/demo.db --source mekong \
		--retire-missing
	$(HAVEN) tiles build --db build/demo.db --max-zoom 7 --bbox 88,-12,142,32 --resume

.PHONY: deps
deps: ## install what is missing from Debian
	@tests/deps.sh $(PACKAGES)

.PHONY: test
test: ## install what is missing, build, run every test
	@tests/deps.sh $(PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) --no-print-directory layers pages-check unit fuzz http access differential \
		directory tiles web-test tsan

.PHONY: layers
layers: ## includes point the right way, SQL stands in data/ only
	@tests/layers.sh

.PHONY: unit
unit: ## unit tests under address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory MODE=asan unit-run

.PHONY: http
http: ## the real program over HTTP, under the same sanitizers
	@$(MAKE) --no-print-directory MODE=asan build/asan/haven
	HAVEN=build/asan/haven ASAN_OPTIONS=detect_leaks=0 node --test tests/http

.PHONY: access
access: $(HAVEN) $(B)/access/flipped $(B)/access/leaking ## who sees which field, and that these tests can fail
	HAVEN=$(HAVEN) FLIPPED=$(B)/access/flipped LEAKING=$(B)/access/leaking \
		node --test tests/access

.PHONY: differential
differential: $(HAVEN) ## nearest against an evaluator that was written apart from it
	HAVEN=$(HAVEN) node --test tests/differential

.PHONY: directory
directory: web/node_modules/.stamp $(B)/directory/romanised ## what data/mekong holds, against the documents and gazetteers in DATA
	DATA=$(DATA) node --test tests/directory

.PHONY: tiles
tiles: web/node_modules/.stamp $(B)/tiles/draw ## outlines in tiles, as the decoders of other people read them
	DRAW=$(B)/tiles/draw node --test tests/tiles

.PHONY: tsan
TSAN := swap romanise workers mhd metrics access_threads tile_cache
tsan: ## what several threads share, under the thread sanitizer
	@$(MAKE) --no-print-directory MODE=tsan build/tsan/haven $(TSAN:%=build/tsan/unit/test_%)
	@for t in $(TSAN); do TSAN_OPTIONS=halt_on_error=1 build/tsan/unit/test_$$t || exit 1; done
	HAVEN=build/tsan/haven node --test tests/http/swap.test.mjs

.PHONY: fuzz
fuzz: ## every fuzzer over its corpus, then FUZZ_SECONDS (5) of new inputs
	@$(MAKE) --no-print-directory MODE=fuzz fuzz-run

include server/install.mk
-include importers/full.mk
-include tests/bench/bench.mk

.PHONY: format
format: ## rewrite C in the project's style
	clang-format-14 -i $(wildcard */*.[ch] */*/*.[ch])

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build web/node_modules

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- how things are made -----------------------------------------------------------

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS) -c $< -o $@

# Vector tiles on the wire: protoc-c writes both files.
MADE := build/made/tiles/vector_tile.pb-c

$(MADE).c: tiles/vector_tile.proto
	@mkdir -p build/made
	@protoc-c --c_out=build/made $<

$(MADE).h: $(MADE).c ;

$(B)/tiles/mvt.o: | $(MADE).h

$(B)/tiles/vector_tile.pb-c.o: $(MADE).c
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS) -c $< -o $@

$(LIB): $(OBJ)
	@rm -f $@
	@gcc-ar rcs $@ $^

$(B)/haven: $(B)/server/main.o $(LIB) $(B)/share
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(B)/server/main.o $(LIB) $(LDLIBS) -o $@

$(HAVEN): build/release/haven
	@ln -sf release/haven $@

# The program reads its own files from the folder `share` beside it.
NODE := web/node_modules/.stamp
SHARE_FILES := $(patsubst data/%,$(SHARE)/%,$(wildcard data/vocabulary/*.csv \
	data/schema/*.sql data/schema_access/*.sql \
	data/names/*.rules))

$(SHARE)/%: data/%
	@mkdir -p $(@D)
	@cp $< $@

$(NODE): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

$(SHARE)/borders.bin: data/borders.mjs data/vocabulary/country.csv $(NODE)
	@mkdir -p $(@D)
	node data/borders.mjs web data/vocabulary/country.csv $@

$(SHARE)/basemap.bin: data/basemap.mjs data/vocabulary/country.csv $(NODE)
	@mkdir -p $(@D)
	node data/basemap.mjs web data/vocabulary/country.csv $@

include web/pages.mk

# Files of an earlier checkout would be read too: they go.
$(B)/share: $(SHARE_FILES) $(SHARE)/borders.bin $(SHARE)/basemap.bin $(PAGES)
	@mkdir -p $(@D)
	@rm -f $(filter-out $(SHARE_FILES) $(SHARE)/borders.bin $(SHARE)/web/%,\
		$(wildcard $(SHARE)/*/*))
	@ln -sfn ../share $@

$(B)/unit/%: tests/unit/%.c $(LIB) $(B)/share
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $< $(LIB) $(LDLIBS) -lcmocka -o $@

.PHONY: unit-run
unit-run: $(UNIT)
	@for t in $(UNIT); do echo "== $$t"; $$t || exit 1; done

$(B)/fuzz/%: tests/fuzz/%.c $(LIB) $(B)/share
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) -fsanitize=fuzzer $< $(LIB) $(LDLIBS) -o $@

# The program, with tables that can be made wrong.
$(B)/access/leaking: ACCESS_FLAGS := -DLEAK
$(B)/access/flipped $(B)/access/leaking: tests/access/flipped.c $(LIB) $(B)/share
	@mkdir -p $(@D)
	@echo "  link    $@"
	@ln -sfn ../share $(@D)/share
	@$(CC) $(CFLAGS) $(ACCESS_FLAGS) $< $(LIB) $(LDLIBS) -o $@

$(B)/tiles/draw: tests/tiles/draw.c $(LIB)
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $< $(LIB) $(LDLIBS) -o $@

$(B)/directory/%: tests/directory/%.c $(LIB) $(B)/share
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $< $(LIB) $(LDLIBS) -o $@

FUZZ_SECONDS ?= 5
.PHONY: fuzz-run
fuzz-run: $(FUZZ)
	@for f in $(FUZZ); do tests/fuzz/run.sh $$f $(FUZZ_SECONDS) || exit 1; done

-include $(shell find $(B) -name '*.d' 2>/dev/null)
