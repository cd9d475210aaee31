-- Who may knock. Keys are stored as SHA-256 only; rights are per account; two persons approve what moves others' money.

CREATE TABLE clients (
    client_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text        NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    scopes    text[]      NOT NULL,
    added_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    added_by  integer     REFERENCES clients  -- NULL: who runs the bank's program made it, here and below.
);

-- A key has a number to be spoken of. It opens until it expires or is revoked; the one only comes nearer, the other stays.
CREATE TABLE client_keys (
    key_sha256   bytea       PRIMARY KEY CHECK (octet_length(key_sha256) = 32),
    key_no       bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    client_id    integer     NOT NULL REFERENCES clients,
    added_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    ended_by     integer     REFERENCES clients,  -- Who revoked it, or brought its end nearer.
    last_used_at timestamptz,                     -- To a minute.
    asked_by     integer     REFERENCES clients,
    asked_as     text,
    CHECK ((asked_by IS NULL) = (asked_as IS NULL))
);
CREATE INDEX client_keys_client ON client_keys (client_id);

-- However often a request for a key is sent, it leaves one that opens.
CREATE UNIQUE INDEX client_keys_asked_once ON client_keys (asked_by, asked_as) WHERE revoked_at IS NULL;

CREATE TABLE client_rights (
    client_id  integer     NOT NULL REFERENCES clients,
    account_id uuid        NOT NULL,
    access     text        NOT NULL CHECK (access IN ('OWNER', 'DELEGATE', 'READER', 'NONE')),  -- NONE: taken away.
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    given_by   integer     REFERENCES clients,
    PRIMARY KEY (client_id, account_id)
);

-- What was agreed with a client about its files and its language: the newest counts.
CREATE TABLE client_policies (
    policy_no           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id           integer     NOT NULL REFERENCES clients,
    max_refused_percent smallint    NOT NULL CHECK (max_refused_percent BETWEEN 0 AND 100),
    control_lines       text        NOT NULL CHECK (control_lines IN ('REQUIRED', 'OPTIONAL', 'ENTERPRISES')),
    language            text        CHECK (language IN ('en', 'zh')),
    set_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    set_by              integer     NOT NULL REFERENCES clients
);
CREATE INDEX client_policies_client ON client_policies (client_id, policy_no);

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

-- Who administered what. Triggers of the tables write it, so that nothing is done without it, whoever does it.
CREATE TABLE audit_log (
    audit_no   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    noted_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor      integer     REFERENCES clients,  -- NULL: who runs the bank's program, or has its database.
    action     text        NOT NULL,
    client_id  integer     REFERENCES clients,  -- Whom it concerns, if a client.
    account_id uuid,                            -- What it concerns, if an account.
    details    jsonb       NOT NULL
);
