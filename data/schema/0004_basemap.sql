-- SPDX-License-Identifier: Apache-2.0
--
-- What the map is drawn from beside places and areas: land, waters, rivers, boundaries and
-- roads, as their publishers draw them. Nothing of it is ever asked where a service is, so
-- that it moves a revision of its own.

-- A CHECK is changed with its column. (ORs: see 0002_history.sql.)
ALTER TABLE import_run ADD COLUMN things_now TEXT NOT NULL DEFAULT 'services' -- it changed
    CHECK (things_now = 'services' OR things_now = 'places' OR things_now = 'areas' OR
           things_now = 'basemap');
UPDATE import_run SET things_now = things;
ALTER TABLE import_run DROP COLUMN things;
ALTER TABLE import_run RENAME COLUMN things_now TO things;

ALTER TABLE directory ADD COLUMN basemap_revision INTEGER NOT NULL DEFAULT 0; -- moves with
                                                                              -- `feature`

CREATE TABLE feature (
    key INTEGER PRIMARY KEY,
    source_key INTEGER NOT NULL REFERENCES source (key),
    source_id TEXT NOT NULL CHECK (source_id <> ''), -- its layer, '/', its id there
    layer TEXT NOT NULL,
    zoom INTEGER NOT NULL CHECK (zoom BETWEEN 0 AND 20), -- from which it is drawn
    class TEXT,     -- road: motorway, primary ...; river: river, canal ...
    level INTEGER,  -- boundary: 0 country, 1 province, 2 district
    disputed INTEGER NOT NULL CHECK (disputed = 0 OR disputed = 1),
    name TEXT,
    outline BLOB NOT NULL, -- WKB, degrees, WGS 84: a multipolygon, or one or several lines
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    changed_run INTEGER NOT NULL REFERENCES import_run (key),
    retired_run INTEGER REFERENCES import_run (key), -- NULL: it stands
    UNIQUE (source_key, source_id),
    CHECK (layer = 'land' OR layer = 'water' OR layer = 'river' OR layer = 'boundary' OR
           layer = 'road'),
    CHECK ((layer = 'boundary') = (level IS NOT NULL)),
    CHECK (level BETWEEN 0 AND 2)
) STRICT;
