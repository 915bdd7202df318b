-- SPDX-License-Identifier: Apache-2.0
--
-- Step 2 of the access database: keys that end and keys of one organization, accounts of
-- people who sign in, their sessions, what staff did, and what partners suggest.
--
-- Nothing here is about a trafficked person, and nothing about where a caller sits: no
-- client address, no text of a search. Moments are seconds since 1970, days YYYY-MM-DD
-- (UTC).

ALTER TABLE key ADD COLUMN expires TEXT -- the last day it opens anything; NULL: no end
    CHECK (expires IS NULL OR length(expires) = 10);
ALTER TABLE key ADD COLUMN organization BLOB -- of the record: whose partner; NULL: nobody's
    CHECK (organization IS NULL OR length(organization) = 16);

CREATE TABLE user ( -- one account
    user INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''),
    role TEXT NOT NULL,
    organization BLOB CHECK (organization IS NULL OR length(organization) = 16),
    password TEXT NOT NULL, -- argon2id, with its salt and costs
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)), -- the password, before all else
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    totp_secret BLOB CHECK (totp_secret IS NULL OR length(totp_secret) = 20),
    totp_step INTEGER NOT NULL DEFAULT 0, -- of the last code used: none is good twice
    created TEXT NOT NULL -- the day
) STRICT;

CREATE TABLE session ( -- one browser that is signed in; its token is kept nowhere
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32), -- BLAKE2b-256 of the token's text
    user INTEGER NOT NULL REFERENCES user (user) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    last_seen INTEGER NOT NULL, -- written once a minute at most
    ends INTEGER NOT NULL       -- however much it is used
) STRICT, WITHOUT ROWID;

CREATE INDEX session_user ON session (user);

CREATE TABLE audit ( -- how often somebody did something to something, by day
    day TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('key', 'user', 'command')),
    actor TEXT NOT NULL,  -- name of the key or account
    action TEXT NOT NULL,
    object TEXT NOT NULL, -- id of a record, name of a key or account; '' none
    count INTEGER NOT NULL,
    PRIMARY KEY (day, kind, actor, action, object)
) STRICT, WITHOUT ROWID;

CREATE TABLE suggestion ( -- what somebody thinks a service's record should say
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    service BLOB NOT NULL CHECK (length(service) = 16),
    by TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    note TEXT NOT NULL,
    cells TEXT NOT NULL, -- JSON
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected')),
    decided_by TEXT,
    decided_at INTEGER,
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'open') = (decided_at IS NULL))
) STRICT;

CREATE INDEX suggestion_by_state ON suggestion (state, made_at, id);
CREATE INDEX suggestion_open_by ON suggestion (by) WHERE state = 'open';
