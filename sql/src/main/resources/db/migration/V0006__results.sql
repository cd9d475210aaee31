-- What a cycle found and how it went: rounds, positions, seals, steps, reconciliation. Kept for ever.

CREATE TABLE matching_rounds (
    cycle            bigint  NOT NULL,
    asset            integer NOT NULL,
    compute_class    text    NOT NULL,
    price_ticks      bigint  NOT NULL,  -- 0: no price.
    tick_utoken      bigint  NOT NULL,
    volume_lots      bigint  NOT NULL,
    demand_lots      bigint  NOT NULL,
    supply_lots      bigint  NOT NULL,
    surplus_lots     bigint  NOT NULL,
    plateau_low      bigint  NOT NULL,
    plateau_high     bigint  NOT NULL,
    decided_by       text    NOT NULL,
    reference_before bigint  NOT NULL,
    reference_after  bigint  NOT NULL,
    best_bid         bigint  NOT NULL,
    best_ask         bigint  NOT NULL,
    orders_in        bigint  NOT NULL,
    orders_filled    bigint  NOT NULL,
    orders_partial   bigint  NOT NULL,
    self_trade_lots  bigint  NOT NULL,
    notional_utoken  bigint  NOT NULL,
    fees_utoken      bigint  NOT NULL,
    input_hash       bytea   NOT NULL,
    output_hash      bytea   NOT NULL,
    PRIMARY KEY (cycle, asset)
);

CREATE TABLE cycle_counts (
    cycle     bigint  PRIMARY KEY,
    received  bigint  NOT NULL,
    carried_in bigint NOT NULL,
    settled   bigint  NOT NULL,
    refused   bigint  NOT NULL,
    cancelled bigint  NOT NULL,
    expired   bigint  NOT NULL,
    held      bigint  NOT NULL,
    resting   bigint  NOT NULL,
    transfers bigint  NOT NULL
);

-- Steps of a cycle as they finish; physical times, never sealed. The digest lets a resumed run check that it decides as
-- the run before it did.
CREATE TABLE cycle_steps (
    cycle       bigint           NOT NULL,
    step        text             NOT NULL,
    seconds     double precision NOT NULL,
    digest      bytea,
    finished_at timestamptz      NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cycle, step)
);

CREATE TABLE seals (
    cycle       bigint      PRIMARY KEY REFERENCES settlement_cycles,
    header      bytea       NOT NULL,
    header_hash bytea       NOT NULL UNIQUE CHECK (octet_length(header_hash) = 32),
    entry_root  bytea       NOT NULL CHECK (octet_length(entry_root) = 32),
    leaf_count  bigint      NOT NULL,
    sealed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE seal_slots (
    cycle bigint   NOT NULL,
    slot  smallint NOT NULL,
    hash  bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (cycle, slot)
);

-- The sealed tree in pieces, so that a proof is a few small reads.
CREATE TABLE seal_chunks (
    cycle    bigint NOT NULL,
    chunk_no bigint NOT NULL,
    content  bytea  NOT NULL,
    PRIMARY KEY (cycle, chunk_no)
);
ALTER TABLE seal_chunks ALTER COLUMN content SET STORAGE EXTERNAL;  -- Hashes do not compress.

-- Identities of a cycle, each with both sides.
CREATE TABLE reconciliation_checks (
    cycle      bigint      NOT NULL,
    check_name text        NOT NULL,
    asset      text        NOT NULL,  -- '' where it is of no asset.
    expected   text        NOT NULL,
    found      text        NOT NULL,
    verdict    text        NOT NULL CHECK (verdict IN ('MATCHED', 'PENDING', 'BREAK')),
    detail     text        NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cycle, check_name, asset)
);

-- Results of an unpublished cycle are cleared by the run that resumes it.
CREATE FUNCTION discard_rounds(held_token bigint, run_cycle bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM assert_lease(held_token);
    IF run_cycle <= (SELECT last_cycle FROM books_head) THEN
        RAISE EXCEPTION 'cycle % is published', run_cycle USING ERRCODE = 'QT002';
    END IF;
    DELETE FROM matching_rounds WHERE cycle = run_cycle;
END;
$$;


CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_slots
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
