-- What the bank decides about accounts after it opened them, and money that its owner may not receive.

-- An event carries the window in which it came: the cycle of that window is the first that sees it, before everything else
-- of the window. It is reference data like accounts and prices, and only added to.
CREATE TABLE account_events (
    event_key      text        PRIMARY KEY,
    account_id     uuid        NOT NULL REFERENCES token_accounts,
    event          text        NOT NULL CHECK (event IN ('freeze', 'unfreeze', 'close', 'level')),
    kyc_level      text        CHECK (kyc_level IN ('L0', 'L1', 'L2', 'L3')),  -- From now on, of the account's party.
    reason         text,       -- For people; may be erased, its hash stays.
    reason_hash    bytea,
    content_digest bytea       NOT NULL,
    window_no      bigint      NOT NULL REFERENCES settlement_windows,
    decided_by     integer     NOT NULL REFERENCES clients,
    decided_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordinal        bigint      GENERATED ALWAYS AS IDENTITY,
    CHECK ((event = 'level') = (kyc_level IS NOT NULL))
);
CREATE INDEX account_events_window ON account_events (window_no, ordinal);
CREATE INDEX account_events_account ON account_events (account_id);

-- A closing that its cycle refused, and what was open then. Written with the cycle's results.
CREATE TABLE refused_closings (
    event_key  text   PRIMARY KEY REFERENCES account_events,
    cycle      bigint NOT NULL,
    still_open text   NOT NULL
);
CREATE INDEX refused_closings_cycle ON refused_closings (cycle);

-- Nothing is decided about an account before the cycle that first sees it, or about the bank's own.
CREATE FUNCTION refuse_early_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM added a
               JOIN settlement_windows w ON w.window_no = a.window_no
               JOIN token_accounts t ON t.account_id = a.account_id
               LEFT JOIN settlement_windows o ON o.window_no = t.window_no
               WHERE o.cut_off IS NULL OR o.cut_off > w.cut_off) THEN
        RAISE EXCEPTION '% of an account that the window''s cycle does not know', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER no_early_event AFTER INSERT ON account_events REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_event();

-- Events that count, with the cycle that saw them first.
CREATE VIEW effective_events AS
    SELECT e.account_id, e.event, e.kyc_level, e.ordinal, y.cycle, y.cut_off
    FROM account_events e
    JOIN settlement_cycles y ON y.window_no = e.window_no
    WHERE NOT EXISTS (SELECT FROM refused_closings r WHERE r.event_key = e.event_key);

-- Levels of parties from windows on: the first one with the first account, later ones by events.
CREATE VIEW party_levels AS
    SELECT d.party_id, d.kyc_level, d.window_no, 0::bigint AS ordinal FROM kyc_decisions d
    UNION ALL
    SELECT a.party_id, e.kyc_level, e.window_no, e.ordinal
    FROM account_events e JOIN token_accounts a ON a.account_id = e.account_id
    WHERE e.event = 'level';

-- What stands in account unclaimed, and under whose name. In the journal it is a transfer from its beneficiary to unclaimed,
-- right behind the one that would have paid it, and one back when it is paid.
CREATE TABLE unclaimed_items (
    intake_no  bigint PRIMARY KEY,  -- The submission that it came of.
    account_id uuid   NOT NULL REFERENCES token_accounts,
    amount     bigint NOT NULL CHECK (amount > 0),
    cycle      bigint NOT NULL,     -- Its age counts from here.
    paid_cycle bigint CHECK (paid_cycle > cycle)
);
CREATE INDEX unclaimed_items_open ON unclaimed_items (intake_no) WHERE paid_cycle IS NULL;
CREATE INDEX unclaimed_items_cycle ON unclaimed_items (cycle);
CREATE INDEX unclaimed_items_account ON unclaimed_items (account_id);

-- What waits for whom, and how long, by the date of the last published cycle.
CREATE VIEW unclaimed_by_account AS
    SELECT u.account_id, count(*) AS items, sum(u.amount)::bigint AS amount, min(u.cycle) AS since_cycle,
        min(y.business_date) AS since_date,
        (SELECT d.business_date FROM settlement_cycles d WHERE d.cycle = h.last_cycle) - min(y.business_date) AS age_days
    FROM unclaimed_items u
    JOIN settlement_cycles y ON y.cycle = u.cycle
    CROSS JOIN books_head h
    WHERE u.cycle <= h.last_cycle AND (u.paid_cycle IS NULL OR u.paid_cycle > h.last_cycle)
    GROUP BY u.account_id, h.last_cycle;

-- Called by reconcile_cycle and prove_books.
CREATE FUNCTION unclaimed_identity()
RETURNS TABLE (check_name text, asset text, expected text, found text) LANGUAGE sql STABLE AS $$
    SELECT 'unclaimed = what is set aside', 'UTOKEN',
        (SELECT coalesce(sum(u.amount), 0) FROM unclaimed_items u WHERE u.paid_cycle IS NULL)::text,
        coalesce((SELECT b.posted FROM account_balances b JOIN token_accounts a ON a.account_id = b.account_id
            WHERE a.code = 'unclaimed' AND b.asset = 0), 0)::text
$$;

-- Called by prove_books; of what is wrong the first row. The journal is read for this only where something was ever set aside,
-- and of what is archived, neither side counts.
CREATE FUNCTION account_identities()
RETURNS TABLE (check_name text, asset text, expected text, found text, first_wrong text) LANGUAGE sql STABLE AS $$
    SELECT 'beneficiaries whose unclaimed is not their journal', 'UTOKEN', '0', count(*)::text,
        (array_agg(format('unclaimed_items (account_id %s): %s too little by the journal', w.account_id, w.amount)
            ORDER BY w.account_id))[1]
    FROM (
        SELECT v.account_id, sum(v.amount) AS amount FROM (
            SELECT t.from_account AS account_id, t.amount::numeric AS amount
            FROM token_transactions t, books_head h
            WHERE (SELECT EXISTS (SELECT FROM unclaimed_items)) AND t.transaction_type = 11
                AND t.id <= h.last_seq AND t.to_account = '00000000-0000-0000-0000-000000000006'
            UNION ALL
            SELECT t.to_account, -t.amount
            FROM token_transactions t, books_head h
            WHERE (SELECT EXISTS (SELECT FROM unclaimed_items)) AND t.transaction_type = 11
                AND t.id <= h.last_seq AND t.from_account = '00000000-0000-0000-0000-000000000006'
            UNION ALL
            SELECT u.account_id, -u.amount FROM unclaimed_items u WHERE NOT is_archived(u.cycle)
            UNION ALL
            SELECT u.account_id, u.amount FROM unclaimed_items u
            WHERE u.paid_cycle IS NOT NULL AND NOT is_archived(u.paid_cycle)
        ) v GROUP BY v.account_id HAVING sum(v.amount) <> 0
    ) w
    UNION ALL
    SELECT 'closed accounts with anything open', '', '0', count(*)::text,
        (array_agg(format('account_events (account_id %s): closed, and it has something open', c.account_id)
            ORDER BY c.account_id))[1]
    FROM (SELECT DISTINCT e.account_id FROM effective_events e, books_head h
          WHERE e.event = 'close' AND e.cycle <= h.last_cycle) c
    WHERE EXISTS (SELECT FROM account_balances b WHERE b.account_id = c.account_id AND (b.posted <> 0 OR b.reserved <> 0))
        OR EXISTS (SELECT FROM orders o WHERE o.account_id = c.account_id AND o.open_lots > 0)
        OR EXISTS (SELECT FROM tasks t WHERE t.publisher = c.account_id AND t.state = 'LISTED')
$$;
