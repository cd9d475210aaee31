-- When cycles happen, and who and what exists.
--
-- A window collects what one cycle will judge. Windows are laid out ahead, so a line always finds one; a cut-off by hand
-- splits the current one. Reference data is only added to and carries the window in which it came: the cycle of that
-- window is the first that sees it.

CREATE TABLE settlement_windows (
    window_no     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    business_date date        NOT NULL,
    cut_off       timestamptz NOT NULL UNIQUE,
    state         text        NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'CLOSED'))
);
CREATE INDEX settlement_windows_open ON settlement_windows (cut_off) WHERE state = 'OPEN';

CREATE TABLE settlement_cycles (
    cycle              bigint      PRIMARY KEY CHECK (cycle > 0),
    window_no          bigint      NOT NULL UNIQUE REFERENCES settlement_windows,
    business_date      date        NOT NULL,
    cut_off            timestamptz NOT NULL UNIQUE,
    rules_version      integer     NOT NULL,
    secret_version     integer     NOT NULL,
    parameters_version integer     NOT NULL REFERENCES bank_parameters,
    first_seq          bigint      NOT NULL CHECK (first_seq > 0),
    received           bigint      NOT NULL,
    received_of_kind   bigint[]    NOT NULL,  -- The same by the kind's code: what a run need not look for, it does not read.
    closed_at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE token_accounts (
    account_id        uuid        PRIMARY KEY,
    party_id          uuid        NOT NULL,
    account_type      text        NOT NULL CHECK (account_type IN ('personal', 'enterprise', 'agent', 'system')),
    owner_account     uuid        REFERENCES token_accounts,
    daily_limit_utoken bigint     CHECK (daily_limit_utoken >= 0),
    kyc_level         text        CHECK (kyc_level IN ('L0', 'L1', 'L2', 'L3')),  -- Its party's as the line said that opened it.
    code              text,       -- Of the bank's own accounts: escrow, source.GPU-H100.
    sign              char(1)     NOT NULL DEFAULT '+' CHECK (sign IN ('+', '-', '0')),
    name              text,       -- Personal data: never in journal, leaf or bundle; may be erased.
    content_digest    bytea       NOT NULL,
    name_hash         bytea,
    window_no         bigint      REFERENCES settlement_windows,
    opened_by         integer     REFERENCES clients,
    opened_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordinal           bigint      GENERATED ALWAYS AS IDENTITY,
    CHECK ((account_type = 'agent') = (owner_account IS NOT NULL)),
    CHECK ((account_type = 'system') = (window_no IS NULL)),
    CHECK ((account_type = 'system') = (code IS NOT NULL)),
    CHECK ((account_type = 'system') = (kyc_level IS NULL))
);
CREATE INDEX token_accounts_party ON token_accounts (party_id);
CREATE INDEX token_accounts_window ON token_accounts (window_no, ordinal);

-- A party's KYC level from a window on, as it comes with its first account; later ones are events (V0009).
CREATE TABLE kyc_decisions (
    party_id  uuid        NOT NULL,
    kyc_level text        NOT NULL CHECK (kyc_level IN ('L0', 'L1', 'L2', 'L3')),
    window_no bigint      NOT NULL REFERENCES settlement_windows,
    added_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (party_id, window_no)
);

CREATE TABLE compute_resources (
    resource_id    text        PRIMARY KEY,
    account_id     uuid        NOT NULL REFERENCES token_accounts,
    compute_class  text        NOT NULL,
    gpu_count      integer     NOT NULL CHECK (gpu_count > 0),
    content_digest bytea       NOT NULL,
    window_no      bigint      NOT NULL REFERENCES settlement_windows,
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordinal        bigint      GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX compute_resources_window ON compute_resources (window_no, ordinal);

CREATE TABLE metering_evidence (
    resource_id    text        NOT NULL REFERENCES compute_resources,
    metered_from   timestamptz NOT NULL,
    metered_to     timestamptz NOT NULL,
    gpu_ms         bigint      NOT NULL CHECK (gpu_ms > 0),
    metered_by     integer     NOT NULL REFERENCES clients,
    content_digest bytea       NOT NULL,
    window_no      bigint      NOT NULL REFERENCES settlement_windows,
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordinal        bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (resource_id, metered_from, metered_to),
    CHECK (metered_from < metered_to)
);
CREATE INDEX metering_evidence_window ON metering_evidence (window_no, ordinal);

CREATE TABLE ai_services (
    service        text        PRIMARY KEY,
    payee_account  uuid        REFERENCES token_accounts,  -- NULL: a house service, what it earns is burned.
    content_digest bytea       NOT NULL,
    window_no      bigint      NOT NULL REFERENCES settlement_windows,
    decided_by     integer     NOT NULL REFERENCES clients,
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordinal        bigint      GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX ai_services_window ON ai_services (window_no, ordinal);

CREATE TABLE service_prices (
    service                text        NOT NULL REFERENCES ai_services,
    model                  text        NOT NULL,
    price_version          text        NOT NULL,
    effective_from         timestamptz NOT NULL,
    input_utoken_per_mtok  bigint      NOT NULL CHECK (input_utoken_per_mtok >= 0),
    output_utoken_per_mtok bigint      NOT NULL CHECK (output_utoken_per_mtok >= 0),
    content_digest         bytea       NOT NULL,
    window_no              bigint      NOT NULL REFERENCES settlement_windows,
    decided_by             integer     NOT NULL REFERENCES clients,
    added_at               timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordinal                bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (service, model, price_version),
    UNIQUE (service, model, effective_from)
);
CREATE INDEX service_prices_window ON service_prices (window_no, ordinal);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['kyc_decisions', 'compute_resources', 'metering_evidence', 'ai_services', 'service_prices']
    LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', name);
    END LOOP;
END;
$$;
