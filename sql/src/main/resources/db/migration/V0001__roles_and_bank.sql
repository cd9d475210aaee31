-- The bank itself: who may touch the tables, what the bank has decided, and what time it is for the bank.
--
-- Two roles. The owner migrates and owns everything. quittance_app is what doors and cycles run as: it reads, adds and
-- moves on what may change, and cannot rewrite history even if its code tries. The functions that it needs for more are
-- SECURITY DEFINER, owned by the owner, and check what they are asked.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quittance_app') THEN
        CREATE ROLE quittance_app NOLOGIN;
    END IF;
END;
$$;

GRANT USAGE ON SCHEMA public TO quittance_app;

-- One row: this database is one bank.
CREATE TABLE bank (
    one                boolean     PRIMARY KEY DEFAULT true CHECK (one),
    name               text        NOT NULL,
    zone               text        NOT NULL,
    cut_off_times      text        NOT NULL,  -- 'hourly' or '09:00,17:00', in the zone.
    chain_id           bigint      NOT NULL,
    registry_address   bytea       NOT NULL CHECK (octet_length(registry_address) = 20),
    genesis_hash       bytea       NOT NULL CHECK (octet_length(genesis_hash) = 32),
    first_date         date        NOT NULL,
    opened_at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Versions of the parameters, only added to. A cycle takes the newest one that is there at its cut-off and names it.
CREATE TABLE bank_parameters (
    version  integer     PRIMARY KEY CHECK (version > 0),
    content  text        NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The bank's clock: the database's own, or an instant that was set (a demonstration, a sandbox).
CREATE TABLE bank_clock (
    one      boolean     PRIMARY KEY DEFAULT true CHECK (one),
    fixed_at timestamptz
);
INSERT INTO bank_clock (fixed_at) VALUES (NULL);

CREATE FUNCTION bank_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT fixed_at FROM bank_clock), clock_timestamp())
$$;

GRANT SELECT, INSERT ON bank, bank_parameters TO quittance_app;
GRANT SELECT, UPDATE ON bank_clock TO quittance_app;

-- Nobody rewrites a row of a table that carries this trigger; the statement fails whoever sends it.
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_parameters
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
