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
    (9, 'transfer'), (10, 'reversal'), (11, 'unclaimed');

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
    (10, false, 'suspense', 'customer'), (10, false, 'suspense', 'issuance'), (10, false, 'issuance', 'redemption'),
    (11, false, 'customer', 'unclaimed'), (11, false, 'unclaimed', 'customer');

-- asset 0 is µToken, compute classes count from 1. One partition a month of cut-offs, made by open_journal when its first cycle
-- comes; a partition can be detached and kept elsewhere. Within it the id is the key, and it has no other index that costs
-- anything per row: what an account took part in stands in net_positions, and rows of one submission lie close together.
-- System accounts have ids whose first half is zero, which no customer's has.
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
    -- The commonest type by its row alone, so that publish_cycle need look at the others only.
    CONSTRAINT transfers_go_between_customers CHECK (transaction_type <> 9 OR (asset = 0
        AND from_account >= '00000000-0000-0001-0000-000000000000'
        AND to_account >= '00000000-0000-0001-0000-000000000000'))
) PARTITION BY RANGE (created_at);

CREATE TABLE account_balances (
    account_id    uuid    NOT NULL,
    asset         integer NOT NULL,
    sign          char(1) NOT NULL,
    posted        bigint  NOT NULL,
    reserved      bigint  NOT NULL CHECK (reserved >= 0),
    last_position bigint  NOT NULL,  -- The cycle of its newest net position.
    PRIMARY KEY (account_id, asset),
    CONSTRAINT balance_has_its_sign CHECK (CASE sign
        WHEN '+' THEN posted >= 0 AND reserved <= posted
        WHEN '-' THEN posted <= 0 AND reserved = 0
        ELSE posted = 0 AND reserved = 0 END)
) WITH (fillfactor = 50);  -- Room for a cycle to move them all, in place.

-- What a cycle moved, one row per balance that it touched, loaded before the cycle is published; publishing moves the
-- balances by these rows. They name the position before, so that an account's history can be walked back from its balance
-- although nothing but the end of this table is ever written to: what a cycle costs does not grow with what lies behind it.
CREATE TABLE net_positions (
    cycle          bigint    NOT NULL,
    asset          integer   NOT NULL,
    account_id     uuid      NOT NULL,
    debits         bigint    NOT NULL CHECK (debits >= 0),
    credits        bigint    NOT NULL CHECK (credits >= 0),
    closing        bigint    NOT NULL,  -- What is posted after the cycle; opening = closing - credits + debits.
    reserved       bigint    NOT NULL CHECK (reserved >= 0),  -- What of it is reserved after the cycle.
    previous_cycle bigint    NOT NULL CHECK (previous_cycle < cycle),  -- Of the position before; 0 if this is the first.
    entries        integer[] NOT NULL,  -- Positions in the cycle of the transfers that the account took part in.
    running        bigint[],  -- What was posted after each 256th of them, for statements to count from; NULL for fewer.
    PRIMARY KEY (cycle, asset, account_id)
);
ALTER TABLE net_positions ALTER COLUMN entries SET STORAGE EXTERNAL, ALTER COLUMN running SET STORAGE EXTERNAL;

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
    PRIMARY KEY (business_date, subject, subject_id)
) WITH (fillfactor = 50);  -- Each cycle of a date writes them anew, in place.

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
CREATE INDEX settled_intervals_cycle ON settled_intervals (cycle);

-- A submission is reversed at most once: its number is the key.
CREATE TABLE reversals (
    reversed_intake_no bigint PRIMARY KEY,
    intake_no          bigint NOT NULL UNIQUE,
    cycle              bigint NOT NULL
);
CREATE INDEX reversals_cycle ON reversals (cycle);

CREATE TABLE instrument_references (
    asset           integer NOT NULL,
    cycle           bigint  NOT NULL,
    reference_ticks bigint  NOT NULL CHECK (reference_ticks > 0),
    PRIMARY KEY (asset, cycle)
);
CREATE INDEX instrument_references_cycle ON instrument_references (cycle);

CREATE VIEW settled_transactions AS
    SELECT t.id, t.cycle, t.position, t.asset, t.from_account, t.to_account, t.amount, y.name AS transaction_type, t.leg,
        t.intake_no, t.task_id, t.created_at
    FROM token_transactions t
    JOIN transaction_types y ON y.code = t.transaction_type
    WHERE t.id <= (SELECT last_seq FROM books_head); -- Not by its cycle, which a row that waits to be published could claim.

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
CREATE FUNCTION refuse_published_delete_of_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id <= (SELECT last_seq FROM books_head) THEN
        RAISE EXCEPTION '% of published cycles is only added to: DELETE refused', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END;
$$;
CREATE TRIGGER no_published_delete AFTER DELETE ON submission_outcomes REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published_delete();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON submission_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Loading is refused for a cycle that is published already, and for one whose turn has not come. (The journal needs no such
-- trigger: the ids of published transfers leave no gap, so each of them is taken. Of net_positions each row is needed to
-- move a balance, once.)
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
    IF EXISTS (SELECT FROM added WHERE cycle > published + 1) THEN
        RAISE EXCEPTION 'cycle is not run yet: nothing can be added to its %', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END;
$$;
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

-- The partition of an instant, made if it is the first of its month. It begins where the journal stands: no id of an older
-- partition can be added to it.
CREATE FUNCTION journal_partition(at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    leaf  text := 'token_transactions_' || to_char(at, 'YYYY_MM');
    low   timestamptz := date_trunc('month', at);
    high  timestamptz := low + interval '1 month';
BEGIN
    IF to_regclass('public.' || leaf) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I (LIKE public.token_transactions INCLUDING ALL, PRIMARY KEY (id),
            CONSTRAINT starts_where_the_journal_stood CHECK (id > %s),
            CONSTRAINT of_its_month CHECK (created_at >= %L AND created_at < %L))',
            leaf, (SELECT last_seq FROM books_head), low, high);
        EXECUTE format('CREATE INDEX ON public.%I USING brin (intake_no) WITH (pages_per_range = 16)', leaf);
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON public.%I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', leaf);
        EXECUTE format('CREATE TRIGGER no_published_delete BEFORE DELETE ON public.%I
            FOR EACH ROW EXECUTE FUNCTION refuse_published_delete_of_transfer()', leaf);
        EXECUTE format('ALTER TABLE public.token_transactions ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            leaf, low, high);
        EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT of_its_month', leaf);  -- The partition's bounds say it now.
    END IF;
    RETURN leaf;
END;
$$;

-- Makes the journal ready for a run of the next cycle: clears what an attempt before loaded, and gives the writer the one
-- partition that it may add to.
CREATE FUNCTION open_journal(held_token bigint, run_cycle bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    head  books_head;
    leaf  text;
    other name;
BEGIN
    PERFORM assert_lease(held_token);
    SELECT * INTO head FROM books_head;
    IF run_cycle <= head.last_cycle THEN
        RAISE EXCEPTION 'cycle % is published', run_cycle USING ERRCODE = 'QT002';
    END IF;
    leaf := journal_partition((SELECT cut_off FROM settlement_cycles WHERE cycle = run_cycle));
    IF NOT has_table_privilege('quittance_writer', 'public.' || leaf, 'INSERT') THEN
        FOR other IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'public.token_transactions'::regclass
              AND has_table_privilege('quittance_writer', c.oid, 'INSERT')
        LOOP
            -- Who is adding to it still is waited for: ids are unique within a partition only.
            EXECUTE format('LOCK TABLE public.%I IN SHARE MODE', other);
            EXECUTE format('REVOKE INSERT ON public.%I FROM quittance_writer', other);
        END LOOP;
        EXECUTE format('GRANT SELECT, INSERT ON public.%I TO quittance_writer', leaf);
    END IF;
    DELETE FROM token_transactions WHERE id > head.last_seq;
    RETURN leaf;
END;
$$;

-- Clears the positions that an attempt before loaded.
CREATE FUNCTION discard_positions(held_token bigint, run_cycle bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM assert_lease(held_token);
    IF run_cycle <= (SELECT last_cycle FROM books_head) THEN
        RAISE EXCEPTION 'cycle % is published', run_cycle USING ERRCODE = 'QT002';
    END IF;
    DELETE FROM net_positions WHERE cycle >= run_cycle;
END;
$$;

-- Whether what a run loaded is whole, and nothing else: ids without a gap, of this cycle, and as much of each asset as the
-- positions say. Walks the key, however much lies behind it.
CREATE FUNCTION assert_loaded(run_cycle bigint, last_seq bigint, transfers bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    loaded record;
    wrong  record;
BEGIN
    CREATE TEMPORARY TABLE loaded_assets ON COMMIT DROP AS
    SELECT t.asset, count(*) AS rows, min(t.id) AS first, max(t.id) AS last, sum(t.amount) AS amount,
        count(*) FILTER (WHERE t.transaction_type <> 9) AS others,
        bool_and(t.cycle = run_cycle AND t.position = t.id - last_seq - 1 AND t.created_at = c.cut_off) AS fits
    FROM token_transactions t, (SELECT cut_off FROM settlement_cycles WHERE cycle = run_cycle) c
    WHERE t.id > last_seq
    GROUP BY t.asset;

    SELECT coalesce(sum(rows), 0) AS rows, min(first) AS first, max(last) AS last, coalesce(bool_and(fits), true) AS fits,
        coalesce(sum(others), 0) AS others
    INTO loaded FROM pg_temp.loaded_assets;
    IF loaded.rows <> transfers OR NOT loaded.fits
        OR (transfers > 0 AND (loaded.first <> last_seq + 1 OR loaded.last <> last_seq + transfers)) THEN
        RAISE EXCEPTION 'cycle % loaded % transfers with seq %..%, expected % from % on', run_cycle, loaded.rows,
            loaded.first, loaded.last, transfers, last_seq + 1 USING ERRCODE = 'QT003';
    END IF;

    SELECT coalesce(j.asset, p.asset) AS asset, coalesce(j.amount, 0) AS amount, p.debits, p.credits
    INTO wrong
    FROM pg_temp.loaded_assets j
    FULL JOIN (SELECT n.asset, sum(n.debits) AS debits, sum(n.credits) AS credits FROM net_positions n
               WHERE n.cycle = run_cycle GROUP BY n.asset) p ON p.asset = j.asset
    WHERE coalesce(j.amount, 0) IS DISTINCT FROM p.debits OR coalesce(j.amount, 0) IS DISTINCT FROM p.credits
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cycle % moves % of asset %, its positions debit % and credit %', run_cycle, wrong.amount,
            wrong.asset, wrong.debits, wrong.credits USING ERRCODE = 'QT005';
    END IF;

    IF loaded.others = 0 THEN
        RETURN;  -- Transfers between customers, each of which its own row vouches for.
    END IF;
    SELECT y.name, t.asset, coalesce(split_part(f.code, '.', 1), 'customer') AS from_class,
        coalesce(split_part(r.code, '.', 1), 'customer') AS to_class
    INTO wrong
    FROM (SELECT transaction_type, asset,
            CASE WHEN from_account < '00000000-0000-0001-0000-000000000000' THEN from_account END AS from_account,
            CASE WHEN to_account < '00000000-0000-0001-0000-000000000000' THEN to_account END AS to_account
          FROM token_transactions
          WHERE id > last_seq AND transaction_type <> 9
          GROUP BY 1, 2, 3, 4) t
    LEFT JOIN token_accounts f ON f.account_id = t.from_account
    LEFT JOIN token_accounts r ON r.account_id = t.to_account
    LEFT JOIN transaction_types y ON y.code = t.transaction_type
    LEFT JOIN transaction_legs l ON l.type_code = t.transaction_type AND l.compute = (t.asset > 0)
        AND l.from_class = coalesce(split_part(f.code, '.', 1), 'customer')
        AND l.to_class = coalesce(split_part(r.code, '.', 1), 'customer')
    WHERE l.type_code IS NULL
        OR (t.from_account IS NOT NULL AND f.account_id IS NULL) OR (t.to_account IS NOT NULL AND r.account_id IS NULL)
        -- An account of a compute class takes part in credits of its own class only.
        OR (t.asset > 0 AND split_part(f.code, '.', 2) NOT IN ('', asset_name(t.asset)))
        OR (t.asset > 0 AND split_part(r.code, '.', 2) NOT IN ('', asset_name(t.asset)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no % of asset % goes from % to %', wrong.name, wrong.asset, wrong.from_class, wrong.to_class
            USING ERRCODE = 'QT004';
    END IF;
END;
$$;

-- What is loaded with the publication, by its own transaction: a row that was there before is somebody else's.
CREATE FUNCTION assert_own(run_cycle bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name    text;
    foreign_rows boolean;
BEGIN
    FOREACH name IN ARRAY ARRAY['submission_outcomes', 'reversals', 'instrument_references', 'refused_closings',
        'unclaimed_items', 'settled_intervals', 'cycle_counts', 'seal_slots']
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE cycle = $1 AND xmin <> pg_current_xact_id()::xid)', name)
        INTO foreign_rows USING run_cycle;
        IF foreign_rows THEN
            RAISE EXCEPTION 'cycle % has % that its publication did not load', run_cycle, name USING ERRCODE = 'QT003';
        END IF;
    END LOOP;
END;
$$;

-- The one instant in which a cycle becomes visible. Everything that it is asked to show was loaded before. Balances move
-- by their positions: each must lead from the balance as it stands to the closing that it claims, and name the position
-- before; the accounts must exist.
CREATE FUNCTION publish_cycle(held_token bigint, run_cycle bigint, transfers bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head   books_head;
    asked  bigint;
    moved  bigint;
    opened bigint;
BEGIN
    PERFORM assert_lease(held_token);
    SELECT * INTO head FROM books_head FOR UPDATE;
    IF run_cycle <> head.last_cycle + 1 THEN
        RAISE EXCEPTION 'cycle % cannot be published after cycle %', run_cycle, head.last_cycle USING ERRCODE = 'QT002';
    END IF;
    PERFORM assert_loaded(run_cycle, head.last_seq, transfers);
    PERFORM assert_own(run_cycle);

    UPDATE account_balances b SET posted = p.closing, reserved = p.reserved, last_position = run_cycle
    FROM net_positions p
    WHERE p.cycle = run_cycle AND p.previous_cycle > 0 AND b.account_id = p.account_id AND b.asset = p.asset
        AND b.last_position = p.previous_cycle AND p.closing - b.posted = p.credits - p.debits;
    GET DIAGNOSTICS moved = ROW_COUNT;
    INSERT INTO account_balances (account_id, asset, sign, posted, reserved, last_position)
    SELECT p.account_id, p.asset, a.sign, p.closing, p.reserved, run_cycle
    FROM net_positions p
    JOIN token_accounts a ON a.account_id = p.account_id
    WHERE p.cycle = run_cycle AND p.previous_cycle = 0 AND p.closing = p.credits - p.debits
    ORDER BY p.account_id, p.asset;
    GET DIAGNOSTICS opened = ROW_COUNT;
    SELECT count(*) INTO asked FROM net_positions WHERE cycle = run_cycle;
    IF moved + opened <> asked THEN
        RAISE EXCEPTION 'cycle % has % positions, of which % fit their balances', run_cycle, asked, moved + opened
            USING ERRCODE = 'QT005';
    END IF;

    UPDATE books_head SET last_cycle = run_cycle, last_seq = head.last_seq + transfers;
END;
$$;
