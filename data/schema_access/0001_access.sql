-- SPDX-License-Identifier: Apache-2.0
--
-- Step 1 of the access database: who may ask for more than the public. It stands beside
-- the record, never inside, so that a copy of the directory holds no way in.

PRAGMA application_id = 1751217771; -- "havk": keys of haven

CREATE TABLE key ( -- one API key; the key itself is kept nowhere
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    role TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), -- BLAKE2b-256 of the key's text
    created TEXT NOT NULL, -- the day: YYYY-MM-DD
    revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
) STRICT;

-- A name may be used again once its key is revoked.
CREATE UNIQUE INDEX key_live ON key (name) WHERE revoked = 0;
