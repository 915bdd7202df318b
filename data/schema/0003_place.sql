-- SPDX-License-Identifier: Apache-2.0
--
-- The gazetteer: places with their names, and areas with their outlines. Both come from
-- files of several sources side by side; which outline is which place's is found when the
-- snapshot is made (data/atlas_build.c), so that they can come in any order.

ALTER TABLE import_run ADD COLUMN things TEXT NOT NULL DEFAULT 'services' -- that it changed
    CHECK (things IN ('services', 'places', 'areas'));

ALTER TABLE directory ADD COLUMN place_revision INTEGER NOT NULL DEFAULT 0; -- of `revision`,
                                        -- when a place or an area changed last

CREATE TABLE place (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16), -- random, permanent
    source_key INTEGER NOT NULL REFERENCES source (key),
    source_id TEXT NOT NULL CHECK (source_id <> ''),
    kind TEXT NOT NULL, -- code of place_kind
    parent_key INTEGER REFERENCES place (key),
    country TEXT NOT NULL CHECK (length(country) = 2), -- ISO 3166-1 alpha-2
    code TEXT,          -- ISO 3166, or that of the national gazetteer
    name TEXT NOT NULL CHECK (name <> ''), -- romanised, as the national gazetteer has it
    latitude REAL CHECK (latitude BETWEEN -90 AND 90), -- degrees, WGS 84
    longitude REAL CHECK (longitude BETWEEN -180 AND 180),
    population INTEGER CHECK (population >= 0),
    evidence TEXT,
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    changed_run INTEGER NOT NULL REFERENCES import_run (key),
    retired_run INTEGER REFERENCES import_run (key), -- NULL: it stands
    UNIQUE (source_key, source_id),
    CHECK ((latitude IS NULL) = (longitude IS NULL))
) STRICT;
CREATE UNIQUE INDEX place_id ON place (id);

CREATE TABLE place_name ( -- in one language, or ('') another spelling
    place_key INTEGER NOT NULL REFERENCES place (key),
    language TEXT NOT NULL, -- BCP 47, or ''
    position INTEGER NOT NULL,
    value TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (place_key, language, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE area (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16), -- random, permanent
    source_key INTEGER NOT NULL REFERENCES source (key),
    source_id TEXT NOT NULL CHECK (source_id <> ''),
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3), -- country to commune
    country TEXT NOT NULL CHECK (length(country) = 2), -- ISO 3166-1 alpha-2
    code TEXT,
    name TEXT NOT NULL CHECK (name <> ''),
    name_local TEXT,
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    changed_run INTEGER NOT NULL REFERENCES import_run (key),
    retired_run INTEGER REFERENCES import_run (key), -- NULL: it stands
    UNIQUE (source_key, source_id)
);
CREATE UNIQUE INDEX area_id ON area (id);
SELECT AddGeometryColumn('area', 'outline', 4326, 'MULTIPOLYGON', 'XY', 1);
SELECT CreateSpatialIndex('area', 'outline');
