# SPDX-License-Identifier: Apache-2.0
# Where the program goes. It finds its own files beside itself, so it stands with them in
# lib/haven, and bin/ has a link to it.

PREFIX ?= /usr/local
DESTDIR ?=
UNITS := haven.service haven-backup.service haven-backup.timer
INSTALLED := $(DESTDIR)$(PREFIX)

##@ Installing
.PHONY: install
install: $(HAVEN) ## program and systemd units to PREFIX (/usr/local), below DESTDIR
	install -d $(INSTALLED)/bin $(INSTALLED)/lib/haven $(INSTALLED)/lib/systemd/system \
		$(INSTALLED)/lib/sysusers.d
	install -m 755 build/release/haven $(INSTALLED)/lib/haven/haven
	rm -rf $(INSTALLED)/lib/haven/share
	cp -R $(SHARE) $(INSTALLED)/lib/haven/share
	chmod -R u=rwX,go=rX $(INSTALLED)/lib/haven/share
	ln -sfn ../lib/haven/haven $(INSTALLED)/bin/haven
	for u in $(UNITS); do sed 's|/usr/bin/haven|$(PREFIX)/bin/haven|' server/$$u \
		>$(INSTALLED)/lib/systemd/system/$$u || exit 1; done
	install -m 644 server/haven.sysusers $(INSTALLED)/lib/sysusers.d/haven.conf

.PHONY: uninstall
uninstall: ## take away what install put there; records stay
	rm -rf $(INSTALLED)/lib/haven
	rm -f $(INSTALLED)/bin/haven $(INSTALLED)/lib/sysusers.d/haven.conf \
		$(UNITS:%=$(INSTALLED)/lib/systemd/system/%)
