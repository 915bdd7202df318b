# SPDX-License-Identifier: Apache-2.0
# Benches: each figure is a ratio measured in one run. BENCH_SCALE=small is a quick look,
# BENCH_ONLY=nearest,import runs some parts of it.

BENCH_PACKAGES := wrk gdal-bin redis-server redis-tools postgresql \
	postgresql-15-postgis-3

$(B)/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $< $(LIB) $(LDLIBS) -o $@

##@ Benches
.PHONY: bench bench-deps
bench: $(HAVEN) $(B)/bench/peer $(B)/bench/snapshot ## measure speed and size against others (15 min)
	node tests/bench/bench.mjs $(B)

.PHONY: bench-peers
bench-peers: bench-deps ## nearest against PostGIS and Redis, started on loopback (3 min)
	@$(MAKE) --no-print-directory bench BENCH_ONLY=postgis,redis

.PHONY: bench-places
bench-places: $(HAVEN) $(B)/bench/peer ## does the search find what is meant? and how fast (10 min): DATA=FOLDER
	@tests/deps.sh postgresql
	DATA=$(DATA) node tests/bench/places.mjs $(B)

bench-deps: ## install what the benches compare with
	@tests/deps.sh $(BENCH_PACKAGES)
