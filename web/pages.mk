# SPDX-License-Identifier: Apache-2.0
# The pages: web/ becomes build/share/web, which the program reads at start.

EXIT_URL ?=
PAGES := $(SHARE)/web/list.tsv
PAGE_FILES := $(shell find web -path web/node_modules -prune -o -type f -print)
TSC := web/node_modules/.bin/tsc

# Changes when another address is asked for, and only then.
build/exit-url: always
	@mkdir -p $(@D)
	@echo '$(EXIT_URL)' | cmp -s - $@ || echo '$(EXIT_URL)' >$@

.PHONY: always

FONTS := build/fonts/fonts.css

$(FONTS): web/make/fonts.mjs
	@echo "  fonts   $(@D)"
	@rm -rf $(@D)
	@node $< $(@D)

$(PAGES): $(PAGE_FILES) $(FONTS) $(wildcard data/vocabulary/*.csv) $(NODE) build/exit-url
	@echo "  pages   $(@D)"
	@EXIT_URL='$(EXIT_URL)' node web/make/build.mjs $(@D) build/fonts build/drawing
	@touch $@

##@ Pages
.PHONY: pages
pages: $(PAGES) ## build/share/web; EXIT_URL=https://... is where the way out leads

.PHONY: pages-check
pages-check: $(NODE) ## types of the pages, the catalogues of their languages, and their tests
	cd web && ../$(TSC) --noEmit -p . && ../$(TSC) --noEmit -p tsconfig.worker.json
	node web/make/check.mjs --complete
	node --test tests/catalogues

.PHONY: web-test
web-test: $(HAVEN) ## the pages in Chromium, on the real server; pictures in build/screenshots
	HAVEN=$(HAVEN) node --test tests/web
