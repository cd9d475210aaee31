-- The books. token_transactions is the journal: one row is one transfer, debits one account and credits another, so it
-- cannot be out of balance. Rows of a cycle are loaded before the cycle is published; books_head says how far the books
-- are valid, and settled_transactions shows no more than that. What becomes visible does so in one short transaction,
-- through functions that accept only the holder of the lease.

CREATE TABLE transaction_types (
    code smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
INSERT INTO transaction_types (code, name) VALUES
    (1, 'deposit'), (2, 'escrow'), (3, 'refund'), (4, 'reward'), (5, 'trade'), (6, 'fee'), (7, 'spend'), (8, 'burn'),
    (9, 'transfer'), (10, 'reversal');

-- Which accounts a type may go between: by class of account, 'customer' or the bank's own without its compute class.
CREATE TABLE transaction_legs (
    type_code  smallint NOT NULL REFERENCES transaction_types,
    compute    boolean  NOT NULL,  -- Whether the asset is compute credits rather than µToken.
    from_class text     NOT NULL,
    to_class   text     NOT NULL,
    PRIMARY KEY (type_code, compute, from_class, to_class)
);
INSERT INTO transaction_legs (type_code, compute, from_class, to_class) VALUES
    (1, true, 'source', 'inventory'), (1, true, 'source', 'customer'), (1, false, 'issuance', 'customer'),
    (2, false, 'customer', 'escrow'),
    (3, false, 'escrow', 'customer'),
    (4, false, 'escrow', 'customer'),
    (5, false, 'customer', 'clearing'), (5, false, 'clearing', 'customer'),
    (5, true, 'customer', 'clearing'), (5, true, 'clearing', 'customer'),
    (6, false, 'customer', 'fees'),
    (7, false, 'customer', 'customer'), (7, false, 'customer', 'redemption'), (7, true, 'customer', 'consumed'),
    (8, false, 'redemption', 'issuance'),
    (9, false, 'customer', 'customer'),
    (10, true, 'inventory', 'source'), (10, true, 'customer', 'source'), (10, false, 'customer', 'issuance'),
    (10, false, 'customer', 'customer'), (10, false, 'redemption', 'customer'), (10, true, 'consumed', 'customer'),
    (10, false, 'suspense', 'customer'), (10, false, 'suspense', 'issuance'), (10, false, 'issuance', 'redemption');

-- asset 0 is µToken, compute classes count from 1.
CREATE TABLE token_transactions (
    id               bigint      NOT NULL,  -- The bank-wide seq: first_seq of the cycle + position.
    cycle            bigint      NOT NULL,
    position         integer     NOT NULL CHECK (position >= 0),
    asset            integer     NOT NULL CHECK (asset >= 0),
    from_account     uuid        NOT NULL,
    to_account       uuid        NOT NULL CHECK (to_account <> from_account),
    amount           bigint      NOT NULL CHECK (amount > 0),
    transaction_type smallint    NOT NULL,
    leg              smallint    NOT NULL,
    intake_no        bigint,     -- The submission; NULL for what the cycle does at its end.
    task_id          text,
    created_at       timestamptz NOT NULL,  -- The cycle's cut-off.
    PRIMARY KEY (id)
);
CREATE INDEX token_transactions_submission ON token_transactions (intake_no);
CREATE INDEX token_transactions_from ON token_transactions (from_account, id);
CREATE INDEX token_transactions_to ON token_transactions (to_account, id);

CREATE TABLE account_balances (
    account_id uuid    NOT NULL REFERENCES token_accounts,
    asset      integer NOT NULL,
    sign       char(1) NOT NULL,
    posted     bigint  NOT NULL,
    reserved   bigint  NOT NULL CHECK (reserved >= 0),
    PRIMARY KEY (account_id, asset),
    CONSTRAINT balance_has_its_sign CHECK (CASE sign
        WHEN '+' THEN posted >= 0 AND reserved <= posted
        WHEN '-' THEN posted <= 0 AND reserved = 0
        ELSE posted = 0 AND reserved = 0 END)
) WITH (fillfactor = 70);

CREATE TABLE books_head (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    last_cycle bigint  NOT NULL,
    last_seq   bigint  NOT NULL
);
INSERT INTO books_head (last_cycle, last_seq) VALUES (0, 0);

-- Who runs cycles now. A live owner holds an advisory lock and beats; the token grows with each owner, and writes of an
-- owner whose token is no longer current are refused: one that froze and woke up cannot write.
CREATE TABLE cycle_lease (
    one       boolean     PRIMARY KEY DEFAULT true CHECK (one),
    owner     text        NOT NULL,
    token     bigint      NOT NULL UNIQUE,
    beat_at   timestamptz NOT NULL
);
INSERT INTO cycle_lease (owner, token, beat_at) VALUES ('', 0, '-infinity');

CREATE TABLE limit_counters (
    subject       text    NOT NULL CHECK (subject IN ('party', 'account')),  -- An account with a cap of its own.
    subject_id    uuid    NOT NULL,
    business_date date    NOT NULL,
    used          bigint  NOT NULL CHECK (used >= 0),
    reserved      bigint  NOT NULL CHECK (reserved >= 0),
    minted        bigint  NOT NULL CHECK (minted >= 0),
    PRIMARY KEY (subject_id, business_date, subject)
);

CREATE TABLE orders (
    intake_no      bigint  PRIMARY KEY,
    account_id     uuid    NOT NULL,
    asset          integer NOT NULL,
    side           text    NOT NULL,
    order_type     text    NOT NULL,
    limit_ticks    bigint  NOT NULL,
    time_in_force  text    NOT NULL,
    good_through   date,
    lots           bigint  NOT NULL,
    lot_gpu_ms     bigint  NOT NULL,
    tick_utoken    bigint  NOT NULL,
    fee_bps        integer NOT NULL,
    admitted_cycle bigint  NOT NULL,
    filled_lots    bigint  NOT NULL,
    open_lots      bigint  NOT NULL CHECK (open_lots >= 0 AND filled_lots >= 0 AND open_lots + filled_lots <= lots),
    notional       bigint  NOT NULL,
    fee_charged    bigint  NOT NULL,
    limit_reserved bigint  NOT NULL,
    reserved       bigint  NOT NULL CHECK (reserved >= 0),
    sits_out       boolean NOT NULL
);
CREATE INDEX orders_open ON orders (intake_no) WHERE open_lots > 0;

CREATE TABLE tasks (
    task_id         text        PRIMARY KEY,
    publisher       uuid        NOT NULL,
    reward_utoken   bigint      NOT NULL CHECK (reward_utoken > 0),
    capability      text,
    due_at          timestamptz,
    state           text        NOT NULL CHECK (state IN ('LISTED', 'COMPLETED', 'EXPIRED')),
    agent_account   uuid,
    published_cycle bigint      NOT NULL,
    changed_cycle   bigint      NOT NULL,
    intake_no       bigint      NOT NULL UNIQUE,
    CHECK ((state = 'COMPLETED') = (agent_account IS NOT NULL))
);

CREATE TABLE holds (
    intake_no  bigint PRIMARY KEY,
    hold_until date   NOT NULL,
    reason     text   NOT NULL,
    since_cycle bigint NOT NULL
);

-- Settled machine time. No interval of a resource may overlap another one, whatever the code does.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE settled_intervals (
    intake_no      bigint    PRIMARY KEY,
    resource_id    text      NOT NULL REFERENCES compute_resources,
    metered        tstzrange NOT NULL,
    cycle          bigint    NOT NULL,
    reversed_cycle bigint,
    EXCLUDE USING gist (resource_id WITH =, metered WITH &&) WHERE (reversed_cycle IS NULL)
);

-- A submission is reversed at most once: its number is the key.
CREATE TABLE reversals (
    reversed_intake_no bigint PRIMARY KEY,
    intake_no          bigint NOT NULL UNIQUE,
    cycle              bigint NOT NULL
);

CREATE TABLE instrument_references (
    asset           integer NOT NULL,
    cycle           bigint  NOT NULL,
    reference_ticks bigint  NOT NULL CHECK (reference_ticks > 0),
    PRIMARY KEY (asset, cycle)
);

-- Balances as the cycle leaves them, loaded before it is published.
CREATE UNLOGGED TABLE staged_balances (
    account_id uuid    NOT NULL,
    asset      integer NOT NULL,
    posted     bigint  NOT NULL,
    reserved   bigint  NOT NULL
);

CREATE VIEW settled_transactions AS
    SELECT t.id, t.cycle, t.position, t.asset, t.from_account, t.to_account, t.amount, y.name AS transaction_type, t.leg,
        t.intake_no, t.task_id, t.created_at
    FROM token_transactions t
    JOIN transaction_types y ON y.code = t.transaction_type
    WHERE t.cycle <= (SELECT last_cycle FROM books_head);

CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON token_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- What a run loaded and did not publish is not history yet: a resumed run clears it and loads it again.
CREATE FUNCTION refuse_published_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM deleted WHERE cycle <= (SELECT last_cycle FROM books_head)) THEN
        RAISE EXCEPTION '% of published cycles is only added to: DELETE refused', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER no_published_delete AFTER DELETE ON token_transactions REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published_delete();
CREATE TRIGGER no_published_delete AFTER DELETE ON submission_outcomes REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published_delete();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON submission_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Loading is refused for a cycle that is published already.
CREATE FUNCTION refuse_late_load() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    published bigint;
BEGIN
    -- Locked, so that a publication waits for who is loading now and then sees what was loaded.
    SELECT last_cycle INTO published FROM books_head FOR SHARE;
    IF EXISTS (SELECT FROM added WHERE cycle <= published) THEN
        RAISE EXCEPTION 'cycle is published: nothing can be added to its %', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER no_late_load AFTER INSERT ON token_transactions REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_load();
CREATE TRIGGER no_late_load AFTER INSERT ON submission_outcomes REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_load();

-- Checks that the caller still owns the run, and keeps it so until the caller's transaction ends: who takes the lease over
-- changes its unique token and waits for this lock, while the owner's own beats, which do not, pass.
CREATE FUNCTION assert_lease(held_token bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    current_token bigint;
BEGIN
    SELECT token INTO current_token FROM cycle_lease FOR KEY SHARE;
    IF held_token IS DISTINCT FROM current_token THEN
        RAISE EXCEPTION 'lease % was taken over (now %)', held_token, current_token USING ERRCODE = 'QT001';
    END IF;
END;
$$;

CREATE FUNCTION discard_unpublished(held_token bigint, run_cycle bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM assert_lease(held_token);
    IF run_cycle <= (SELECT last_cycle FROM books_head) THEN
        RAISE EXCEPTION 'cycle % is published', run_cycle USING ERRCODE = 'QT002';
    END IF;
    DELETE FROM token_transactions WHERE cycle = run_cycle AND id > (SELECT last_seq FROM books_head);
    DELETE FROM staged_balances;
END;
$$;

-- The one instant in which a cycle becomes visible. Everything that it is asked to show was loaded before.
CREATE FUNCTION publish_cycle(held_token bigint, run_cycle bigint, transfers bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    head   books_head;
    loaded record;
    wrong  record;
BEGIN
    PERFORM assert_lease(held_token);
    SELECT * INTO head FROM books_head FOR UPDATE;
    IF run_cycle <> head.last_cycle + 1 THEN
        RAISE EXCEPTION 'cycle % cannot be published after cycle %', run_cycle, head.last_cycle USING ERRCODE = 'QT002';
    END IF;

    SELECT count(*) AS rows, min(id) AS first, max(id) AS last, min(position) AS low, max(position) AS high,
        min(cycle) AS oldest, max(cycle) AS newest
    INTO loaded
    FROM token_transactions
    WHERE id > head.last_seq;
    IF loaded.rows <> transfers OR (transfers > 0 AND (loaded.first <> head.last_seq + 1
        OR loaded.last <> head.last_seq + transfers OR loaded.low <> 0 OR loaded.high <> transfers - 1
        OR loaded.oldest <> run_cycle OR loaded.newest <> run_cycle)) THEN
        RAISE EXCEPTION 'cycle % loaded % transfers with seq %..%, expected %', run_cycle, loaded.rows, loaded.first,
            loaded.last, transfers USING ERRCODE = 'QT003';
    END IF;

    SELECT y.name, t.asset, coalesce(split_part(f.code, '.', 1), 'customer') AS from_class,
        coalesce(split_part(r.code, '.', 1), 'customer') AS to_class
    INTO wrong
    FROM (SELECT DISTINCT transaction_type, asset, from_account, to_account
          FROM token_transactions WHERE id > head.last_seq) t
    LEFT JOIN token_accounts f ON f.account_id = t.from_account
    LEFT JOIN token_accounts r ON r.account_id = t.to_account
    LEFT JOIN transaction_types y ON y.code = t.transaction_type
    LEFT JOIN transaction_legs l ON l.type_code = t.transaction_type AND l.compute = (t.asset > 0)
        AND l.from_class = coalesce(split_part(f.code, '.', 1), 'customer')
        AND l.to_class = coalesce(split_part(r.code, '.', 1), 'customer')
    WHERE l.type_code IS NULL OR f.account_id IS NULL OR r.account_id IS NULL
        -- An account of a compute class takes part in credits of its own class only.
        OR (t.asset > 0 AND split_part(f.code, '.', 2) NOT IN ('', asset_name(t.asset)))
        OR (t.asset > 0 AND split_part(r.code, '.', 2) NOT IN ('', asset_name(t.asset)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no % of asset % goes from % to %', wrong.name, wrong.asset, wrong.from_class, wrong.to_class
            USING ERRCODE = 'QT004';
    END IF;

    INSERT INTO account_balances AS b (account_id, asset, sign, posted, reserved)
    SELECT s.account_id, s.asset, a.sign, s.posted, s.reserved
    FROM staged_balances s
    JOIN token_accounts a ON a.account_id = s.account_id
    ORDER BY s.account_id, s.asset  -- One order for all, so that writers cannot deadlock.
    ON CONFLICT (account_id, asset) DO UPDATE SET posted = excluded.posted, reserved = excluded.reserved;
    DELETE FROM staged_balances;

    UPDATE books_head SET last_cycle = run_cycle, last_seq = head.last_seq + transfers;
END;
$$;
