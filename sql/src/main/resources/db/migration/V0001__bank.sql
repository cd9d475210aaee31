-- The bank itself: what it has decided, and what time it is for it. Who may do what to any table: V0060__privileges.sql.

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

-- Nobody rewrites a row of a table that carries this trigger; the statement fails whoever sends it.
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_parameters
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
