/* What the warehouse knows about itself: its files and the manifest that they make up. */
CREATE OR REPLACE TABLE _files (
    file INTEGER,
    relation TEXT,
    partition TEXT,
    role TEXT,
    path TEXT,
    sha256 TEXT,
    rows BIGINT,
    institution TEXT,
    number BIGINT,
    state_day INTEGER
);
CREATE OR REPLACE TABLE _state (layout TEXT, manifest_id TEXT);
