-- Who may knock. Keys are stored as SHA-256 only; rights are per account; two persons approve what moves others' money.

CREATE TABLE clients (
    client_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text        NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    scopes    text[]      NOT NULL,
    added_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE client_keys (
    key_sha256 bytea       PRIMARY KEY CHECK (octet_length(key_sha256) = 32),
    client_id  integer     NOT NULL REFERENCES clients,
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz,
    asked_by   integer     REFERENCES clients,
    asked_as   text,
    CHECK ((asked_by IS NULL) = (asked_as IS NULL))
);

-- However often a request for a key is sent, it leaves one that opens.
CREATE UNIQUE INDEX client_keys_asked_once ON client_keys (asked_by, asked_as) WHERE revoked_at IS NULL;

CREATE TABLE client_rights (
    client_id  integer     NOT NULL REFERENCES clients,
    account_id uuid        NOT NULL,
    access     text        NOT NULL CHECK (access IN ('OWNER', 'DELEGATE', 'READER')),
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, account_id)
);

-- An approval goes REQUESTED -> APPROVED or REFUSED -> USED, each step once, by conditional updates.
CREATE TABLE approvals (
    approval_id  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    action       text        NOT NULL,
    action_hash  bytea       NOT NULL CHECK (octet_length(action_hash) = 32),
    maker        integer     NOT NULL REFERENCES clients,
    asked_as     text,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state        text        NOT NULL DEFAULT 'REQUESTED' CHECK (state IN ('REQUESTED', 'APPROVED', 'REFUSED', 'USED')),
    checker      integer     REFERENCES clients,
    decided_at   timestamptz,
    used_by      text,
    UNIQUE (maker, asked_as),
    CHECK (checker IS NULL OR checker <> maker),
    CHECK ((state = 'REQUESTED') = (checker IS NULL)),
    CHECK ((state = 'USED') = (used_by IS NOT NULL))
);
