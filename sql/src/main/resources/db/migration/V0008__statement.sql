-- Statements of an account, without an index by account in the journal. A balance's positions are chained backwards and each
-- names its transfers, so a statement reads the positions of its range, and of the journal those rows alone, by their key
-- within the partition of their cycle.

CREATE INDEX settlement_cycles_first_seq ON settlement_cycles (first_seq, cycle);
CREATE INDEX settlement_cycles_business_date ON settlement_cycles (business_date, cycle);

-- The published cycle that a seq is of; for one beyond the books' ends, the nearest.
CREATE FUNCTION cycle_of_seq(seq bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT y.cycle FROM settlement_cycles y
        WHERE y.first_seq <= seq AND y.cycle <= (SELECT last_cycle FROM books_head)
        ORDER BY y.first_seq DESC, y.cycle DESC LIMIT 1), 1)
$$;

-- The first seq of a business date, or of the next one that has any; behind the last seq if none has.
CREATE FUNCTION first_seq_of_date(wanted date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT y.first_seq FROM settlement_cycles y
        WHERE y.business_date >= wanted AND y.cycle <= h.last_cycle
        ORDER BY y.business_date, y.cycle LIMIT 1), h.last_seq + 1)
    FROM books_head h
$$;

-- The cycle of the newest position of a balance at or before a cycle; 0 if there is none. Two searches take turns and the
-- first to arrive ends both: back along the chain from the newest position, and up from the cycle to the first position after
-- it, which names the one looked for. A balance that seldom moves has a short chain; one that often moves is found near by.
CREATE FUNCTION position_at(account uuid, asset_no integer, at_cycle bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    back bigint := (SELECT b.last_position FROM account_balances b WHERE b.account_id = account AND b.asset = asset_no);
    up   bigint := at_cycle;
    met  bigint;
BEGIN
    WHILE back > at_cycle LOOP
        SELECT n.previous_cycle INTO met FROM net_positions n
        WHERE n.cycle = up AND n.asset = asset_no AND n.account_id = account;
        IF FOUND THEN
            back := CASE up WHEN at_cycle THEN up ELSE met END;
        ELSE
            up := up + 1;
            SELECT n.previous_cycle INTO STRICT back FROM net_positions n
            WHERE n.cycle = back AND n.asset = asset_no AND n.account_id = account;
        END IF;
    END LOOP;
    RETURN coalesce(back, 0);
END;
$$;

-- How many entries of a position have a seq below this one. Entries stand in their order.
CREATE FUNCTION entries_below(entries integer[], first_seq bigint, seq bigint) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT width_bucket(least(greatest(seq - first_seq - 1, -1), 2147483647)::integer, entries)
$$;

-- The lines of a balance in a cycle with a seq in a range, no more than a page of them from the range's beginning or its end;
-- none if it has no position there. Running balances are counted from the opening, or from the last one that the position keeps
-- before the page: 255 transfers are read beyond it at most. A position may have a million entries: they are fetched once, into
-- a variable. One plan serves all cycles: it prunes partitions as it starts, and planning anew for each of them would cost more
-- than reading. Transfers are fetched by a bitmap: where history is larger than memory each is on a page of its own that has to
-- be read, and of a bitmap the server asks for several at a time.
CREATE FUNCTION position_lines(account uuid, asset_no integer, of_cycle bigint, from_seq bigint, to_seq bigint,
    newest_first boolean, page integer)
RETURNS TABLE (seq bigint, cycle bigint, from_account uuid, to_account uuid, amount bigint, transaction_type smallint,
    task_id text, intake_no bigint, balance bigint, business_date date, created_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 100 SET enable_seqscan = off SET enable_indexscan = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    y       settlement_cycles := (SELECT s FROM settlement_cycles s WHERE s.cycle = of_cycle);
    entries integer[];
    running bigint[];
    start   bigint;
    low     integer;
    high    integer;
    kept    integer;
    ids     bigint[];
BEGIN
    SELECT n.entries, n.running, n.closing - n.credits + n.debits INTO entries, running, start FROM net_positions n
    WHERE n.cycle = of_cycle AND n.asset = asset_no AND n.account_id = account;
    low := entries_below(entries, y.first_seq, from_seq) + 1;
    high := entries_below(entries, y.first_seq, to_seq + 1);
    IF newest_first THEN
        low := greatest(low, high - page + 1);
    ELSE
        high := least(high, low + page - 1);
    END IF;
    IF high < low OR low IS NULL THEN
        RETURN;
    END IF;
    kept := (low - 1) / 256;
    IF kept > 0 THEN
        start := running[kept];
    END IF;
    ids := ARRAY(SELECT y.first_seq + e FROM unnest(entries[kept * 256 + 1:high]) AS e);
    RETURN QUERY
    SELECT l.id, y.cycle, l.from_account, l.to_account, l.amount, l.transaction_type, l.task_id, l.intake_no,
        (start + l.so_far)::bigint, y.business_date, y.cut_off
    FROM (
        SELECT t.*, sum(CASE t.to_account WHEN account THEN t.amount ELSE -t.amount END) OVER (ORDER BY t.id) AS so_far
        FROM (
            SELECT j.id, j.from_account, j.to_account, j.amount, j.transaction_type, j.task_id, j.intake_no
            FROM token_transactions j WHERE j.created_at = y.cut_off AND j.id = ANY (ids)
        ) t
    ) l
    WHERE l.id >= ids[low - kept * 256]
    ORDER BY CASE WHEN newest_first THEN -l.id ELSE l.id END;
END;
$$;

-- What was posted before a transfer of any account.
CREATE FUNCTION balance_before(account uuid, asset_no integer, before_seq bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_indexscan = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    at      bigint := cycle_of_seq(before_seq);
    newest  bigint := position_at(account, asset_no, at);
    y       settlement_cycles := (SELECT s FROM settlement_cycles s WHERE s.cycle = at);
    entries integer[];
    running bigint[];
    opening bigint;
    closing bigint;
    below   integer;
    kept    integer;
    ids     bigint[];
BEGIN
    SELECT n.closing - n.credits + n.debits, n.closing INTO opening, closing FROM net_positions n
    WHERE n.cycle = newest AND n.asset = asset_no AND n.account_id = account;
    IF NOT FOUND THEN
        RETURN 0;
    ELSIF newest < at THEN
        RETURN closing;
    END IF;
    -- Apart from the balances, which mostly suffice: assigned to a variable, entries are fetched whole.
    SELECT n.entries, n.running INTO entries, running FROM net_positions n
    WHERE n.cycle = newest AND n.asset = asset_no AND n.account_id = account;
    below := entries_below(entries, y.first_seq, before_seq);
    IF below = cardinality(entries) THEN
        RETURN closing;
    END IF;
    kept := below / 256;
    ids := ARRAY(SELECT y.first_seq + e FROM unnest(entries[kept * 256 + 1:below]) AS e);
    RETURN CASE kept WHEN 0 THEN opening ELSE running[kept] END + coalesce((
        SELECT sum(CASE j.to_account WHEN account THEN j.amount ELSE -j.amount END)
        FROM token_transactions j WHERE j.created_at = y.cut_off AND j.id = ANY (ids)), 0);
END;
$$;

-- One page of an account's lines between two seqs, both inclusive. Newest first follows the chain. Oldest first steps up
-- from the range's first cycle and back along the chain by turns, until the page is full or the two meet.
CREATE FUNCTION account_statement(account uuid, asset_no integer, from_seq bigint, to_seq bigint, newest_first boolean,
    page integer)
RETURNS TABLE (seq bigint, cycle bigint, from_account uuid, to_account uuid, amount bigint, transaction_type smallint,
    task_id text, intake_no bigint, balance bigint, business_date date, created_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 100 SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    low    bigint := cycle_of_seq(from_seq);
    back   bigint := position_at(account, asset_no, cycle_of_seq(to_seq));  -- The oldest that the chain was followed to.
    before bigint;
    chain  bigint[] := '{}';
    room   integer := page;
    lines  integer;
BEGIN
    IF to_seq < from_seq OR back < low THEN
        RETURN;
    END IF;
    WHILE newest_first AND room > 0 AND back >= low LOOP
        RETURN QUERY SELECT l.* FROM position_lines(account, asset_no, back, from_seq, to_seq, true, room) l;
        GET DIAGNOSTICS lines = ROW_COUNT;
        room := room - lines;
        SELECT n.previous_cycle INTO STRICT back FROM net_positions n
        WHERE n.cycle = back AND n.asset = asset_no AND n.account_id = account;
    END LOOP;
    IF newest_first THEN
        RETURN;
    END IF;

    LOOP
        SELECT n.previous_cycle INTO STRICT before FROM net_positions n
        WHERE n.cycle = back AND n.asset = asset_no AND n.account_id = account;
        chain := chain || back;
        EXIT WHEN before < low;
        IF EXISTS (SELECT FROM net_positions n WHERE n.cycle = low AND n.asset = asset_no AND n.account_id = account) THEN
            RETURN QUERY SELECT l.* FROM position_lines(account, asset_no, low, from_seq, to_seq, false, room) l;
            GET DIAGNOSTICS lines = ROW_COUNT;
            room := room - lines;
            IF room = 0 THEN
                RETURN;
            END IF;
        END IF;
        low := low + 1;
        EXIT WHEN before < low;
        back := before;
    END LOOP;
    FOR i IN REVERSE cardinality(chain)..1 LOOP
        EXIT WHEN room = 0;
        RETURN QUERY SELECT l.* FROM position_lines(account, asset_no, chain[i], from_seq, to_seq, false, room) l;
        GET DIAGNOSTICS lines = ROW_COUNT;
        room := room - lines;
    END LOOP;
END;
$$;
