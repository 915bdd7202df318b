# SPDX-License-Identifier: Apache-2.0
# `make full DATA=FOLDER`: a record of the public files that the maps in importers/maps/ read.
# The folders in FOLDER are called after their publishers; whose the files are, and what may
# be done with them, stands in the maps.

FULL_DB := build/full.db
FULL_MAPS := importers/maps
FULL_COUNTRIES := kh la mm th vn

# import WHAT,FILE,SOURCE,OPTIONS: says the file, or that it is missing and goes on.
define full_import
	@if [ -f "$(DATA)/$(2)" ]; then \
		echo "$(2)"; \
		$(HAVEN) import $(1) "$(DATA)/$(2)" --db $(FULL_DB) --source $(3) $(4); \
	else \
		echo "$(2): missing in $(DATA), left out"; \
	fi

endef

# basemap LAYER,FILE,SOURCE: of Natural Earth.
full_basemap = $(call full_import,basemap,natural-earth/$(2).geojson,$(3),--layer $(1) --retire-missing)

full_map = --map $(FULL_MAPS)/$(1).json --retire-missing

##@ Data
.PHONY: full
full: $(HAVEN) ## build/full.db and its basemap from the public files in DATA=FOLDER
	@[ -n "$(DATA)" ] || { echo "make full DATA=FOLDER: which folder?" >&2; exit 1; }
	@[ -d "$(DATA)" ] || { echo "make full: $(DATA) is no folder" >&2; exit 1; }
	@[ -f $(FULL_DB) ] || $(HAVEN) init $(FULL_DB)
	$(HAVEN) import places data/mekong/places.csv --db $(FULL_DB) --source mekong \
		--retire-missing
	$(HAVEN) import services data/mekong/services.csv --db $(FULL_DB) --source mekong \
		--retire-missing
	$(call full_import,places,pumi/kh_gazetteer_names.csv,pumi,$(call full_map,pumi))
	$(call full_import,places,thailand-kongvut/provinces.csv,kongvut,$(call full_map,kongvut-provinces))
	$(call full_import,places,thailand-kongvut/districts.csv,kongvut,$(call full_map,kongvut-districts))
	$(call full_import,places,thailand-kongvut/sub_districts.csv,kongvut,$(call full_map,kongvut-sub-districts))
	$(call full_import,places,vietnam-thanglequoc/vn_units.json,vn-units,$(call full_map,vn-units))
	$(foreach level,provinces regencies districts,$(call full_import,places,indonesia-wilayah/$(level).json,wilayah,$(call full_map,wilayah-$(level))))
	$(foreach c,$(FULL_COUNTRIES),$(call full_import,places,wof/wof_$(c)_places.csv,wof,$(call full_map,wof-$(c))))
	$(foreach c,$(FULL_COUNTRIES),$(foreach level,0 1 2,$(call full_import,boundaries,wof/wof_$(c)_adm$(level).geojson,wof,--level $(level) --retire-missing)))
	$(call full_import,boundaries,indonesia-wilayah/idn_adm2_simplified.geojson,wilayah,--level 2 --country ID --retire-missing)
	$(call full_import,services,myanmar-mimu/health_facilities_myanmar2020.csv,mimu,$(call full_map,myanmar-mimu))
	$(call full_basemap,land,ne_10m_land_sea,natural-earth)
	$(call full_basemap,land,ne_10m_minor_islands_sea,natural-earth-islands)
	$(call full_basemap,water,ne_10m_lakes_sea,natural-earth)
	$(call full_basemap,river,ne_10m_rivers_lake_centerlines_sea,natural-earth)
	$(call full_basemap,boundary,ne_10m_admin_0_boundary_lines_land_sea,natural-earth)
	$(call full_basemap,boundary,ne_10m_admin_0_boundary_lines_disputed_areas_sea,natural-earth-disputed)
	$(HAVEN) check --db $(FULL_DB)
	$(HAVEN) tiles build --db $(FULL_DB) --resume
