-- SPDX-License-Identifier: Apache-2.0
--
-- Step 1: the record. Tables that have an HSDS 3.1 counterpart carry its name; the rest
-- (source, eligibility, visibility, stay, referral, claim, text, holiday, import_run,
-- directory) holds what HSDS lacks.
--
-- One row of the flat form is one service at one location, so `service`, `location` and
-- `service_at_location` share one key, and every table below them hangs on that key
-- (`service_key`): all of them are read side by side in one order, without joins.
--
-- NULL is "not stated". Lists are rows with a position; `value` holds the item as it was
-- written, HSDS names are generated from it. Codes are those of the vocabularies; they
-- are checked by importers and by `haven check`, since vocabularies grow.

PRAGMA application_id = 1751217778; -- "havr": a record of haven

-- ---- what a program writes for itself ------------------------------------------------

CREATE TABLE directory ( -- one row
    key INTEGER PRIMARY KEY CHECK (key = 1),
    revision INTEGER NOT NULL, -- moves when a service is added, updated or retired
    changed_at TEXT,           -- RFC 3339, of the last move
    vocabulary BLOB            -- digest of the vocabularies in taxonomy_term
) STRICT;
INSERT INTO directory (key, revision) VALUES (1, 0);

CREATE TABLE source ( -- who sends files: the name given to an import
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

CREATE TABLE import_run ( -- one row an import that changed something
    key INTEGER PRIMARY KEY,
    source_key INTEGER NOT NULL REFERENCES source (key),
    started_at TEXT NOT NULL, -- RFC 3339
    finished_at TEXT,         -- RFC 3339
    revision INTEGER,         -- of the directory after it
    added INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    retired INTEGER NOT NULL DEFAULT 0
) STRICT;

-- ---- vocabularies, as the program that wrote last knew them --------------------------

CREATE TABLE taxonomy ( -- HSDS taxonomy: one vocabulary
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE taxonomy_term ( -- HSDS taxonomy_term: one code
    key INTEGER PRIMARY KEY,
    taxonomy_key INTEGER NOT NULL REFERENCES taxonomy (key),
    position INTEGER NOT NULL,  -- in its vocabulary, from 0
    code TEXT NOT NULL,
    name TEXT NOT NULL,         -- the English label
    parent TEXT,                -- a code of the same vocabulary
    parent2 TEXT,               -- a second parent
    term_uri TEXT,              -- the same term elsewhere
    fallback TEXT,              -- codes to offer instead, separated by ';'
    sensitive INTEGER NOT NULL CHECK (sensitive IN (0, 1)), -- published as its parent
    hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)), -- services with it are for staff
    UNIQUE (taxonomy_key, code)
) STRICT;

-- ---- the directory -------------------------------------------------------------------

CREATE TABLE organization (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), -- random, permanent
    country TEXT NOT NULL CHECK (length(country) = 2), -- ISO 3166-1 alpha-2
    name TEXT NOT NULL,        -- as first written
    alternate_name TEXT,       -- acronym, as first written
    name_folded TEXT NOT NULL, -- trimmed and in lower case: what makes two rows share it
    UNIQUE (country, name_folded)
) STRICT;

CREATE TABLE service (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16), -- random, permanent
    organization_key INTEGER NOT NULL REFERENCES organization (key),
    organization_name TEXT,    -- the row's own spelling, where it is another
    organization_acronym TEXT, -- the row's own acronym ('' none), where it is another
    name TEXT NOT NULL,
    alternate_name TEXT,       -- the neutral name that may be published
    description TEXT,
    kind TEXT,
    sector TEXT,
    status TEXT,
    remote TEXT,               -- codes, separated by ';'
    email TEXT,
    url TEXT,
    contact TEXT,              -- a person: for staff
    documents_issued TEXT,     -- codes, separated by ';'
    transport_paid TEXT,
    childcare TEXT,
    lodging TEXT,
    trades TEXT,               -- codes, separated by ';'
    course_days INTEGER CHECK (course_days BETWEEN 0 AND 3650),
    follow_up_months INTEGER CHECK (follow_up_months BETWEEN 0 AND 600)
) STRICT;
CREATE UNIQUE INDEX service_id ON service (id);

CREATE TABLE location (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16), -- random, permanent
    country TEXT NOT NULL CHECK (length(country) = 2), -- jurisdiction, ISO 3166-1 alpha-2
    latitude REAL CHECK (latitude BETWEEN -90 AND 90), -- degrees, WGS 84
    longitude REAL CHECK (longitude BETWEEN -180 AND 180),
    precision TEXT, -- how fine the coordinates are; NULL: exact, where they stand
    time_zone TEXT,   -- IANA name
    point BLOB,       -- the same coordinates as a geometry: POINT, SRID 4326
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK ((latitude IS NULL) = (point IS NULL))
) STRICT;
CREATE UNIQUE INDEX location_id ON location (id);
SELECT RecoverGeometryColumn('location', 'point', 4326, 'POINT', 'XY');
SELECT CreateSpatialIndex('location', 'point');

CREATE TABLE service_at_location ( -- the unit of an answer, and where it comes from
    key INTEGER PRIMARY KEY REFERENCES service (key) REFERENCES location (key),
    id BLOB NOT NULL CHECK (length(id) = 16), -- random, permanent: the public id
    source_key INTEGER NOT NULL REFERENCES source (key),
    source_id TEXT NOT NULL CHECK (source_id <> ''), -- stable within the source
    source TEXT,                 -- the publication that states the facts
    source_date TEXT,            -- YYYY, YYYY-MM or YYYY-MM-DD
    verified_on TEXT,
    valid_until TEXT,
    evidence TEXT,
    digest BLOB NOT NULL CHECK (length(digest) = 16), -- BLAKE2b of the stated cells
    changed_run INTEGER NOT NULL REFERENCES import_run (key), -- wrote it last
    retired_run INTEGER REFERENCES import_run (key),  -- retired it; NULL: it stands
    UNIQUE (source_key, source_id)
) STRICT;
CREATE UNIQUE INDEX service_at_location_id ON service_at_location (id);

CREATE TABLE address ( -- as far as it is stated; the country stands in location
    service_key INTEGER PRIMARY KEY REFERENCES location (key),
    address_1 TEXT, -- street and number
    village TEXT,
    commune TEXT,
    district TEXT,
    state_province TEXT
) STRICT;

CREATE TABLE schedule (
    service_key INTEGER PRIMARY KEY REFERENCES service_at_location (key),
    opening_hours TEXT NOT NULL -- OpenStreetMap opening_hours
) STRICT;

CREATE TABLE cost_option (
    service_key INTEGER PRIMARY KEY REFERENCES service (key),
    option TEXT, -- fee: free, subsidised, paid
    fee_waiver TEXT
) STRICT;

CREATE TABLE stay ( -- places, and the rules of staying
    service_key INTEGER PRIMARY KEY REFERENCES service (key),
    capacity INTEGER CHECK (capacity >= 0),
    available INTEGER CHECK (available >= 0),
    available_for TEXT, -- genders, as in eligibility
    available_at TEXT,  -- RFC 3339: when `available` was true
    stay_min_days INTEGER CHECK (stay_min_days >= 0),
    stay_typical_days INTEGER CHECK (stay_typical_days >= 0),
    stay_max_days INTEGER CHECK (stay_max_days >= 0),
    stay_max_hours INTEGER CHECK (stay_max_hours >= 0),
    may_leave TEXT,
    may_work TEXT,
    phone_allowed TEXT,
    tied_to_case TEXT
) STRICT;

CREATE TABLE eligibility ( -- one row an admission rule
    service_key INTEGER NOT NULL REFERENCES service (key),
    rule INTEGER NOT NULL CHECK (rule >= 0), -- 0 the service's own columns, then `rules`
    genders TEXT,             -- lists are separated by ';': "a;b:case;!c", "any", "none"
    age_min INTEGER CHECK (age_min BETWEEN 0 AND 120), -- whole years, inclusive
    age_max INTEGER CHECK (age_max BETWEEN 0 AND 120),
    ages_case TEXT,           -- ranges admitted case by case: "15-17;60"
    forms TEXT,
    forms_excluded TEXT,
    case_types TEXT,
    nationalities TEXT,
    returning_from TEXT,
    stages TEXT,
    referred_by TEXT,
    official_status TEXT,
    residents_only TEXT,
    survivors_only TEXT,
    serves_family TEXT,
    accepts_children TEXT,    -- "male:0-11;female:0-17"
    disability TEXT,
    conditions TEXT,
    literacy TEXT,
    contacts_authorities TEXT,
    accompanied_by TEXT,      -- rules only
    stated TEXT, -- rules only: the JSON object as written
    PRIMARY KEY (service_key, rule),
    CHECK (CASE rule WHEN 0 THEN stated IS NULL ELSE json_valid(stated) END)
) STRICT, WITHOUT ROWID;

CREATE TABLE visibility ( -- who may learn where it is: exact < area < contact < staff
    service_key INTEGER PRIMARY KEY REFERENCES service (key),
    stated TEXT,                -- by the source
    default_code TEXT NOT NULL, -- by needs and kind
    own TEXT NOT NULL,          -- the tightest that it was given on its own account
    effective TEXT NOT NULL,    -- `own`, or tighter where the site is shared
    decided_by TEXT NOT NULL    -- what made `effective`; kept: an earlier, tighter one
        CHECK (decided_by IN ('stated', 'default', 'kept', 'site', 'steward')),
    bound_by INTEGER REFERENCES service (key), -- the service that binds a shared site
    CHECK (stated IN ('exact', 'area', 'contact', 'staff')),
    CHECK (default_code IN ('exact', 'area', 'contact', 'staff')),
    CHECK (own IN ('exact', 'area', 'contact', 'staff')),
    CHECK (effective IN ('exact', 'area', 'contact', 'staff'))
) STRICT;

CREATE TABLE attribute ( -- HSDS attribute: a code of a vocabulary given to a service
    service_key INTEGER NOT NULL REFERENCES service (key),
    taxonomy TEXT NOT NULL, -- "need"
    position INTEGER NOT NULL,
    value TEXT NOT NULL,    -- taxonomy_term.code
    PRIMARY KEY (service_key, taxonomy, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE language ( -- HSDS language
    service_key INTEGER NOT NULL REFERENCES service (key),
    spoken_by TEXT NOT NULL CHECK (spoken_by IN ('staff', 'interpreter')),
    position INTEGER NOT NULL,
    value TEXT NOT NULL, -- "my:phone:vetted", "km", "!th", "any", "none"
    code TEXT AS (substr(value, 1, instr(value || ':', ':') - 1)) VIRTUAL,
    note TEXT AS (substr(value, instr(value || ':', ':') + 1)) VIRTUAL,
    PRIMARY KEY (service_key, spoken_by, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_area ( -- HSDS service_area: where it works
    service_key INTEGER NOT NULL REFERENCES service (key),
    position INTEGER NOT NULL,
    value TEXT NOT NULL, -- "KH", "Battambang", "Thma Koul, Battambang", "any"
    name TEXT AS (value) VIRTUAL,
    PRIMARY KEY (service_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE required_document ( -- HSDS required_document
    service_key INTEGER NOT NULL REFERENCES service (key),
    position INTEGER NOT NULL,
    value TEXT NOT NULL, -- "passport", "none"
    document TEXT AS (value) VIRTUAL,
    PRIMARY KEY (service_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE phone ( -- HSDS phone
    service_key INTEGER NOT NULL REFERENCES service_at_location (key),
    position INTEGER NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)), -- {number, kind, languages, hours, ...}
    number TEXT AS (json_extract(value, '$.number')) VIRTUAL,
    type TEXT AS (json_extract(value, '$.kind')) VIRTUAL,
    audience TEXT AS (json_extract(value, '$.audience')) VIRTUAL,
    PRIMARY KEY (service_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE referral ( -- directed edges between services
    service_key INTEGER NOT NULL REFERENCES service_at_location (key),
    kind TEXT NOT NULL
        CHECK (kind IN ('refers_to', 'only_where_absent', 'requires_service')),
    position INTEGER NOT NULL,
    value TEXT NOT NULL, -- the other service's id in the same source
    target_key INTEGER REFERENCES service_at_location (key), -- NULL: not in the record
    PRIMARY KEY (service_key, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX referral_unresolved ON referral (service_key) WHERE target_key IS NULL;

CREATE TABLE claim ( -- facts on which sources disagree
    service_key INTEGER NOT NULL REFERENCES service_at_location (key),
    position INTEGER NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)), -- {column, value, source, ...}
    PRIMARY KEY (service_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE text ( -- a text in one more language
    service_key INTEGER NOT NULL REFERENCES service (key),
    field TEXT NOT NULL,    -- a column of the flat form: "public_name"
    language TEXT NOT NULL, -- BCP 47
    value TEXT NOT NULL,
    PRIMARY KEY (service_key, field, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE holiday ( -- public holidays; a country without rows: not known
    country TEXT NOT NULL CHECK (length(country) = 2), -- ISO 3166-1 alpha-2
    date TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    name TEXT,
    PRIMARY KEY (country, date)
) STRICT, WITHOUT ROWID;
