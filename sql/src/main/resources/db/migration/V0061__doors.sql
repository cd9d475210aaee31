-- What a door shows: rows of the acting client, and nothing where nobody acts.
--
-- A door's transaction says for whom it reads: set_config('quittance.client', '<client_id>', true), or 'bank' for the bank's
-- own reports. The views of schema seen compare each row with the rights of that client. They are security barriers: no
-- condition of the reader sees a row before the view's own has let it through. They read as their owner, and quittance_door
-- has no right on what is behind them; so they are row-level security, without the policies on the tables, which would
-- refuse COPY to the writers unless a superuser exempts them (decision 0011).

CREATE SCHEMA seen;
GRANT USAGE ON SCHEMA seen TO quittance_door;

-- For whom this transaction reads; NULL: for nobody.
CREATE FUNCTION seen.client() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN pg_catalog.current_setting('quittance.client', true) ~ '^[0-9]{1,9}$'
        THEN pg_catalog.current_setting('quittance.client', true)::integer END
$$;

-- One row: whether this transaction sees everything. The bank itself does, and a client who operates, accounts for or audits
-- it.
CREATE VIEW seen.everything AS
    SELECT coalesce(pg_catalog.current_setting('quittance.client', true) = 'bank', false)
        OR EXISTS (SELECT FROM public.clients c
                   WHERE c.client_id = seen.client() AND c.scopes && '{OPERATE,FINANCE,AUDIT}'::text[]) AS is_seen;

-- The accounts that the client has a right on, where it does not see everything.
CREATE VIEW seen.rights AS
    SELECT r.account_id, r.access FROM public.client_rights r
    WHERE r.client_id = seen.client() AND r.access <> 'NONE';

-- ------------------------------------------------------------------------------------------------------------- accounts

CREATE VIEW seen.token_accounts WITH (security_barrier) AS
    SELECT a.account_id, a.party_id, a.account_type, a.owner_account, a.daily_limit_utoken, a.code, a.name
    FROM public.token_accounts a
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = a.account_id);

-- How an account stands at the last published cycle, and since when. Why is the bank's own to tell. A party that no published
-- cycle knows yet has the level that it will begin with; the bank's own accounts have none.
CREATE VIEW seen.account_states WITH (security_barrier) AS
    SELECT a.account_id, coalesce(s.status, 'active') AS status, coalesce(s.cut_off, o.cut_off) AS status_since,
        l.kyc_level, l.level_since
    FROM public.token_accounts a
    CROSS JOIN public.books_head h
    LEFT JOIN public.settlement_cycles o ON o.window_no = a.window_no AND o.cycle <= h.last_cycle
    LEFT JOIN LATERAL (
        SELECT CASE e.event WHEN 'close' THEN 'closed' WHEN 'freeze' THEN 'frozen' ELSE 'active' END AS status, e.cut_off
        FROM public.effective_events e
        WHERE e.account_id = a.account_id AND e.event <> 'level' AND e.cycle <= h.last_cycle
        ORDER BY (e.event = 'close') DESC, e.cycle DESC, e.ordinal DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (
        SELECT p.kyc_level, y.cut_off AS level_since
        FROM public.party_levels p
        JOIN public.settlement_windows w ON w.window_no = p.window_no
        LEFT JOIN public.settlement_cycles y ON y.window_no = p.window_no AND y.cycle <= h.last_cycle
        WHERE p.party_id = a.party_id
        ORDER BY (y.cycle IS NOT NULL) DESC, y.cycle DESC, CASE WHEN y.cycle IS NOT NULL THEN -p.ordinal END,
            w.cut_off, p.ordinal LIMIT 1) l ON true
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = a.account_id);

-- What waits for an account in unclaimed, and what was paid out of it.
CREATE VIEW seen.unclaimed_items WITH (security_barrier) AS
    SELECT u.intake_no, u.account_id, u.amount, u.cycle, CASE WHEN u.paid_cycle <= h.last_cycle THEN u.paid_cycle END AS paid_cycle
    FROM public.unclaimed_items u
    CROSS JOIN public.books_head h
    WHERE u.cycle <= h.last_cycle
        AND ((SELECT e.is_seen FROM seen.everything e)
            OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = u.account_id)
            OR EXISTS (SELECT FROM public.submissions s JOIN seen.rights r ON r.account_id = s.account_id
                       WHERE s.intake_no = u.intake_no));

-- A party's limit is shared by its accounts: who sees one of them sees it.
CREATE VIEW seen.limit_counters WITH (security_barrier) AS
    SELECT l.subject, l.subject_id, l.business_date, l.used, l.reserved, l.minted
    FROM public.limit_counters l
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR l.subject = 'account' AND EXISTS (SELECT FROM seen.rights r WHERE r.account_id = l.subject_id)
        OR l.subject = 'party' AND EXISTS (SELECT FROM public.token_accounts a JOIN seen.rights r ON r.account_id = a.account_id
                                           WHERE a.party_id = l.subject_id);

CREATE VIEW seen.account_balances WITH (security_barrier) AS
    SELECT b.account_id, b.asset, b.posted, b.reserved
    FROM public.account_balances b
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = b.account_id);

CREATE VIEW seen.compute_resources WITH (security_barrier) AS
    SELECT c.resource_id, c.account_id, c.compute_class, c.gpu_count
    FROM public.compute_resources c
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = c.account_id);

-- ---------------------------------------------------------------------------------------------------------------- queue

CREATE VIEW seen.submissions WITH (security_barrier) AS
    SELECT s.intake_no, s.window_no, c.name AS client, s.submission_key, s.submission_id, s.kind, s.received_at, s.file_no,
        s.account_id, s.resource_id, s.gpu_ms, s.mode, s.task_id, s.reward_utoken, s.agent_account, s.compute_class,
        s.amount_utoken, s.to_account, s.hold_until
    FROM public.submissions s
    JOIN public.clients c ON c.client_id = s.client_id
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = s.account_id);

-- What waits for an account in these windows, in one pass over them. Of lines that others handed in (transfers, kind 7;
-- completions, kind 3) it tells how much is coming, not from whom. A function, since a view that hides columns row by row
-- could not be searched by them.
CREATE FUNCTION seen.waiting(for_account uuid, windows bigint[])
RETURNS TABLE (window_no bigint, kind smallint, is_own boolean, is_coming boolean, task_id text, amount_utoken bigint,
    resource_id text, mode text, gpu_ms bigint, reward_utoken bigint, compute_class text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (SELECT e.is_seen FROM seen.everything e)
        AND NOT EXISTS (SELECT FROM seen.rights r WHERE r.account_id = for_account) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT s.window_no, s.kind, s.account_id = for_account,
        s.kind = 7 AND coalesce(s.to_account = for_account, false)
            OR s.kind = 3 AND coalesce(s.agent_account = for_account, false),
        s.task_id, s.amount_utoken, own.resource_id, own.mode, own.gpu_ms, own.reward_utoken, own.compute_class
    FROM submissions s
    LEFT JOIN LATERAL (SELECT s.resource_id, s.mode, s.gpu_ms, s.reward_utoken, s.compute_class
                       WHERE s.account_id = for_account) own ON true
    WHERE s.window_no = ANY (windows)
        AND (s.account_id = for_account
            OR s.kind = 7 AND s.to_account = for_account
            OR s.kind = 3 AND s.agent_account = for_account);
END;
$$;
REVOKE ALL ON FUNCTION seen.waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seen.waiting TO quittance_door;

CREATE VIEW seen.submission_outcomes WITH (security_barrier) AS
    SELECT o.intake_no, o.cycle, o.state, o.reason, o.detail, o.hold_until, o.filled_lots, o.open_lots
    FROM public.submission_outcomes o
    WHERE o.cycle <= (SELECT h.last_cycle FROM public.books_head h)
        AND EXISTS (SELECT FROM public.submissions s WHERE s.intake_no = o.intake_no
            AND ((SELECT e.is_seen FROM seen.everything e)
                OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = s.account_id)));

CREATE VIEW seen.submission_texts WITH (security_barrier) AS
    SELECT t.intake_no, t.memo
    FROM public.submission_texts t
    WHERE EXISTS (SELECT FROM public.submissions s WHERE s.intake_no = t.intake_no
        AND ((SELECT e.is_seen FROM seen.everything e)
            OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = s.account_id)));

-- A file is its sender's, whatever accounts its lines name.
CREATE VIEW seen.submission_files WITH (security_barrier) AS
    SELECT f.file_no, f.client_id, f.file_id, f.kind, f.business_date, f.content_sha256, f.received_at, f.lines, f.queued,
        f.repeated, f.refused, f.column_header, f.request_key, f.window_no, f.first_intake_no, f.last_intake_no
    FROM public.submission_files f
    WHERE (SELECT e.is_seen FROM seen.everything e) OR f.client_id = seen.client();

CREATE VIEW seen.refused_lines WITH (security_barrier) AS
    SELECT l.file_no, l.line_no, l.submission_key, l.raw, l.fields, l.codes, l.details
    FROM public.refused_lines l
    WHERE EXISTS (SELECT FROM public.submission_files f WHERE f.file_no = l.file_no
        AND ((SELECT e.is_seen FROM seen.everything e) OR f.client_id = seen.client()));

-- ---------------------------------------------------------------------------------------------------------------- books

-- A transfer is seen from both of its ends, with the submission that it came of.
CREATE VIEW seen.settled_transactions WITH (security_barrier) AS
    SELECT t.id, t.cycle, t.position, t.asset, t.from_account, t.to_account, t.amount, t.transaction_type, t.leg,
        t.intake_no, s.submission_id, t.task_id, t.created_at
    FROM public.settled_transactions t
    LEFT JOIN public.submissions s ON s.intake_no = t.intake_no
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = t.from_account)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = t.to_account);

-- An account's statement (V0008), and what was posted before a transfer, for who may see the account; else nothing.
CREATE FUNCTION seen.balance_before(account uuid, asset_no integer, before_seq bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT balance_before(account, asset_no, before_seq)
    WHERE (SELECT e.is_seen FROM seen.everything e) OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = account)
$$;
CREATE FUNCTION seen.account_statement(account uuid, asset_no integer, from_seq bigint, to_seq bigint, newest_first boolean,
    page integer)
RETURNS TABLE (seq bigint, cycle bigint, from_account uuid, to_account uuid, amount bigint, transaction_type text,
    task_id text, submission_id uuid, balance bigint, business_date date, created_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (SELECT e.is_seen FROM seen.everything e)
        AND NOT EXISTS (SELECT FROM seen.rights r WHERE r.account_id = account) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT l.seq, l.cycle, l.from_account, l.to_account, l.amount, y.name, l.task_id, s.submission_id, l.balance,
        l.business_date, l.created_at
    FROM account_statement(account, asset_no, from_seq, to_seq, newest_first, page) l
    JOIN transaction_types y ON y.code = l.transaction_type
    LEFT JOIN submissions s ON s.intake_no = l.intake_no
    ORDER BY CASE WHEN newest_first THEN -l.seq ELSE l.seq END;
END;
$$;
REVOKE ALL ON FUNCTION seen.balance_before, seen.account_statement FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seen.balance_before, seen.account_statement TO quittance_door;

CREATE VIEW seen.net_positions WITH (security_barrier) AS
    SELECT p.cycle, p.asset, p.account_id, p.debits, p.credits, p.closing
    FROM public.net_positions p
    WHERE p.cycle <= (SELECT h.last_cycle FROM public.books_head h)
        AND ((SELECT e.is_seen FROM seen.everything e)
            OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = p.account_id));

CREATE VIEW seen.orders WITH (security_barrier) AS
    SELECT o.intake_no, o.account_id, o.asset, o.side, o.order_type, o.limit_ticks, o.time_in_force, o.good_through, o.lots,
        o.lot_gpu_ms, o.tick_utoken, o.fee_bps, o.admitted_cycle, o.filled_lots, o.open_lots, o.notional, o.fee_charged,
        o.reserved, o.sits_out
    FROM public.orders o
    WHERE (SELECT e.is_seen FROM seen.everything e)
        OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = o.account_id);

CREATE VIEW seen.holds WITH (security_barrier) AS
    SELECT h.intake_no, h.hold_until, h.reason, h.since_cycle
    FROM public.holds h
    WHERE EXISTS (SELECT FROM public.submissions s WHERE s.intake_no = h.intake_no
        AND ((SELECT e.is_seen FROM seen.everything e)
            OR EXISTS (SELECT FROM seen.rights r WHERE r.account_id = s.account_id)));

-- ------------------------------------------------------------------------------------------------------- for the auditor

CREATE VIEW seen.audit_log WITH (security_barrier) AS
    SELECT l.audit_no, l.noted_at, who.name AS actor, l.action, whom.name AS client, l.account_id, l.details
    FROM public.audit_log l
    LEFT JOIN public.clients who ON who.client_id = l.actor
    LEFT JOIN public.clients whom ON whom.client_id = l.client_id
    WHERE coalesce(pg_catalog.current_setting('quittance.client', true) = 'bank', false)
        OR EXISTS (SELECT FROM public.clients c WHERE c.client_id = seen.client() AND 'AUDIT' = ANY (c.scopes));

-- ------------------------------------------------------------------------------------------------------ for every reader

-- Tasks are on offer to all; what a cycle found is told in sums over all participants, once it is published.
CREATE VIEW seen.tasks WITH (security_barrier) AS
    SELECT t.task_id, t.publisher, t.reward_utoken, t.capability, t.due_at, t.state, t.published_cycle, t.agent_account,
        t.changed_cycle, t.intake_no
    FROM public.tasks t
    WHERE t.published_cycle <= (SELECT h.last_cycle FROM public.books_head h);

CREATE VIEW seen.matching_rounds WITH (security_barrier) AS
    SELECT m.cycle, m.asset, m.compute_class, m.price_ticks, m.tick_utoken, m.volume_lots, m.demand_lots, m.supply_lots,
        m.decided_by, m.reference_before, m.reference_after, m.orders_in, m.orders_filled
    FROM public.matching_rounds m
    WHERE m.cycle <= (SELECT h.last_cycle FROM public.books_head h);

CREATE VIEW seen.lines_by_kind WITH (security_barrier) AS
    SELECT s.window_no, s.kind, count(*) AS lines FROM public.submissions s GROUP BY s.window_no, s.kind;

CREATE VIEW seen.outcomes_by_reason WITH (security_barrier) AS
    SELECT o.cycle, o.state, o.reason, count(*) AS lines
    FROM public.submission_outcomes o
    WHERE o.reason IS NOT NULL AND o.cycle <= (SELECT h.last_cycle FROM public.books_head h)
    GROUP BY o.cycle, o.state, o.reason;

CREATE VIEW seen.netting WITH (security_barrier) AS
    SELECT p.cycle, p.asset, sum(p.debits::numeric + p.credits) AS gross, sum(abs(p.credits::numeric - p.debits)) AS net
    FROM public.net_positions p
    JOIN public.token_accounts a ON a.account_id = p.account_id
    WHERE a.account_type <> 'system' AND p.cycle <= (SELECT h.last_cycle FROM public.books_head h)
    GROUP BY p.cycle, p.asset;

GRANT SELECT ON seen.token_accounts, seen.limit_counters, seen.account_balances,
    seen.account_states, seen.unclaimed_items, seen.compute_resources, seen.submissions, seen.submission_outcomes, seen.submission_texts,
    seen.submission_files, seen.refused_lines, seen.settled_transactions, seen.net_positions, seen.orders, seen.holds,
    seen.audit_log, seen.tasks, seen.matching_rounds, seen.lines_by_kind, seen.outcomes_by_reason, seen.netting TO quittance_door;
GRANT SELECT ON bank_parameters, bank_clock, books_head, settlement_windows, settlement_cycles, cycle_counts, cycle_steps,
    reconciliation_checks, journal_archives TO quittance_door;
GRANT SELECT (cycle, header_hash, entry_root, leaf_count, sealed_at) ON seals TO quittance_door;
