-- SPDX-License-Identifier: Apache-2.0
--
-- Step 2: history, edits by a steward, aliases of organizations. After it
-- data/record_organization.c folds the names of organizations anew.
--
-- What a service says has two layers: what its source says, and what a steward put over
-- it. `change` keeps both, so that a run can be taken back.
--
--   steward   edit.value            "paused"
--   source    edit.source_value     "open", "closed" ...: moves on below it
--             ---------------------------------------------------------------
--   shown     service.status        "paused"

-- ---- runs ------------------------------------------------------------------------------

-- One row whatever changed the directory in one transaction.
ALTER TABLE import_run ADD COLUMN kind TEXT NOT NULL DEFAULT 'import'
    CHECK (kind IN ('import', 'edit', 'undo'));
ALTER TABLE import_run ADD COLUMN made_by TEXT; -- the person; NULL: an import
ALTER TABLE import_run ADD COLUMN undoes INTEGER REFERENCES import_run (key);

CREATE TABLE change ( -- one row for each field of a service that a run changed
    run_key INTEGER NOT NULL REFERENCES import_run (key),
    service_key INTEGER NOT NULL REFERENCES service_at_location (key),
    layer TEXT NOT NULL, -- source, edit, event
    field TEXT NOT NULL, -- a column of the flat form, `column@language`;
                         -- event: added, retired (no, yes), visibility (the effective one)
    old TEXT, -- '' not stated; edit: NULL, none
    new TEXT,
    beside TEXT, -- source: the steward's value over it, or NULL; edit: the source's below
                 -- it; visibility: what decided
    PRIMARY KEY (service_key, run_key, layer, field),
    CHECK (layer = 'source' OR layer = 'edit' OR layer = 'event')
) STRICT, WITHOUT ROWID;
CREATE INDEX change_run ON change (run_key);

CREATE TABLE edit ( -- a cell as a steward wants it, over that of the source
    service_key INTEGER NOT NULL REFERENCES service_at_location (key),
    field TEXT NOT NULL,        -- a column of the flat form, `column@language`
    value TEXT NOT NULL,        -- '' emptied
    source_value TEXT NOT NULL, -- what the source said last; '' not stated
    run_key INTEGER NOT NULL REFERENCES import_run (key),
    PRIMARY KEY (service_key, field)
) STRICT, WITHOUT ROWID;

-- ---- organizations ---------------------------------------------------------------------

-- The row's own other spellings, separated by ';'.
ALTER TABLE service ADD COLUMN organization_aliases TEXT;

CREATE TABLE organization_alias ( -- another name of an organization
    country TEXT NOT NULL CHECK (length(country) = 2), -- ISO 3166-1 alpha-2
    name_folded TEXT NOT NULL CHECK (name_folded <> ''),
    service_key INTEGER NOT NULL REFERENCES service (key), -- whose row says so
    organization_key INTEGER NOT NULL REFERENCES organization (key),
    PRIMARY KEY (country, name_folded, service_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX organization_alias_service ON organization_alias (service_key);

-- ---- visibility ------------------------------------------------------------------------

-- A CHECK can only be changed with its table. `x IN (three or more)` makes a table of its
-- own for each row that is written, which costs as much as the row: hence the ORs.
CREATE TEMP TABLE visibility_before AS SELECT * FROM main.visibility;
DROP TABLE main.visibility;
CREATE TABLE visibility ( -- who may learn where it is: exact < area < contact < staff
    service_key INTEGER PRIMARY KEY REFERENCES service (key),
    stated TEXT,                -- by the source
    default_code TEXT NOT NULL, -- by needs and kind
    own TEXT NOT NULL,          -- the tightest that it was given on its own account
    own_kept TEXT,              -- what `own` would be without the steward who decided
    effective TEXT NOT NULL,    -- `own`, or tighter where the site is shared
    decided_by TEXT NOT NULL,   -- what made `effective`; kept: an earlier, tighter one
    bound_by INTEGER REFERENCES service (key), -- the service that binds or holds it
    CHECK (decided_by = 'default' OR decided_by = 'stated' OR decided_by = 'kept' OR
           decided_by = 'site' OR decided_by = 'duplicate' OR decided_by = 'steward'),
    CHECK (stated = 'exact' OR stated = 'area' OR stated = 'contact' OR stated = 'staff'),
    CHECK (default_code = 'exact' OR default_code = 'area' OR
           default_code = 'contact' OR default_code = 'staff'),
    CHECK (own = 'exact' OR own = 'area' OR own = 'contact' OR own = 'staff'),
    CHECK (own_kept = 'exact' OR own_kept = 'area' OR
           own_kept = 'contact' OR own_kept = 'staff'),
    CHECK (effective = 'exact' OR effective = 'area' OR
           effective = 'contact' OR effective = 'staff')
) STRICT;
INSERT INTO main.visibility (service_key, stated, default_code, own, effective, decided_by,
    bound_by) SELECT service_key, stated, default_code, own, effective, decided_by, bound_by
    FROM temp.visibility_before ORDER BY service_key;
DROP TABLE temp.visibility_before;
