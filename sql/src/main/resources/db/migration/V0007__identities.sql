-- What must hold, as queries that anyone can run: SELECT * FROM reconcile_cycle(n) over one cycle, and
-- SELECT * FROM prove_books() over everything (V0011). Each row shows both sides.

SET LOCAL check_function_bodies = off;  -- Some of the functions that they call come later.

CREATE FUNCTION asset_name(asset integer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN asset = 0 THEN 'UTOKEN'
        ELSE coalesce((SELECT substr(code, 8) FROM token_accounts WHERE account_id =
            ('00000000-0000-0000-' || substr(lpad(to_hex(asset * 256 + 16), 16, '0'), 1, 4) || '-'
                || substr(lpad(to_hex(asset * 256 + 16), 16, '0'), 5, 12))::uuid), asset::text) END
$$;

-- What the transfers of some cycles, one after another, take of daily limits.
CREATE FUNCTION debits_under_limits(from_cycle bigint, to_cycle bigint) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    first bigint := (SELECT y.first_seq FROM settlement_cycles y WHERE y.cycle = from_cycle);
    after bigint := (SELECT y.first_seq + n.transfers FROM settlement_cycles y JOIN cycle_counts n ON n.cycle = y.cycle
                     WHERE y.cycle = to_cycle);
BEGIN
    RETURN (
        SELECT coalesce(sum(t.amount), 0)
        FROM token_transactions t
        JOIN token_accounts f ON f.account_id = t.from_account
        JOIN token_accounts r ON r.account_id = t.to_account
        LEFT JOIN orders o ON t.transaction_type = 6 AND o.intake_no = t.intake_no
        WHERE t.id >= first AND t.id < after AND t.asset = 0 AND f.account_type <> 'system'
          AND (r.account_type = 'system' OR r.party_id <> f.party_id)
          AND t.transaction_type IN (2, 5, 6, 7, 9)
          AND (t.transaction_type <> 6 OR o.side = 'BUY'));
END;
$$;

-- Identities of the current state: reservations, escrow, limits, issuance's sign. What the date used of its limits is what
-- was found after the cycle before, if that held, and what this cycle adds; prove_books() counts the whole date again.
CREATE FUNCTION state_identities()
RETURNS TABLE (check_name text, asset text, expected text, found text) LANGUAGE sql STABLE AS $$
    WITH d AS (
        SELECT c.cycle, c.business_date FROM settlement_cycles c, books_head h WHERE c.cycle = h.last_cycle
    )
    SELECT 'balances sum to zero', asset_name(b.asset), '0', sum(b.posted)::text
    FROM account_balances b GROUP BY b.asset
    UNION ALL
    SELECT 'reserved = open orders', asset_name(b.asset),
        coalesce((SELECT sum(o.reserved) FROM orders o WHERE o.open_lots > 0
            AND CASE o.side WHEN 'BUY' THEN 0 ELSE o.asset END = b.asset), 0)::text,
        sum(b.reserved)::text
    FROM account_balances b GROUP BY b.asset
    UNION ALL
    SELECT 'escrow = open tasks', 'UTOKEN',
        (SELECT coalesce(sum(reward_utoken), 0) FROM tasks WHERE state = 'LISTED')::text,
        coalesce((SELECT b.posted FROM account_balances b JOIN token_accounts a ON a.account_id = b.account_id
            WHERE a.code = 'escrow' AND b.asset = 0), 0)::text
    UNION ALL
    SELECT 'limits used = debits of the date', 'UTOKEN', coalesce(sum(l.used), 0)::text,
        (SELECT coalesce(
            (SELECT k.found::numeric + debits_under_limits(d.cycle, d.cycle)
             FROM reconciliation_checks k JOIN settlement_cycles y ON y.cycle = k.cycle
             WHERE k.cycle = d.cycle - 1 AND y.business_date = d.business_date
               AND k.check_name = 'limits used = debits of the date' AND k.verdict = 'MATCHED'),
            debits_under_limits((SELECT min(y.cycle) FROM settlement_cycles y WHERE y.business_date = d.business_date),
                d.cycle))
         FROM d)::text
    FROM limit_counters l
    WHERE l.business_date = (SELECT business_date FROM d)
      AND l.subject = 'party'
    UNION ALL
    SELECT 'limits reserved = open buys', 'UTOKEN', coalesce(sum(l.reserved), 0)::text,
        (SELECT coalesce(sum(o.limit_reserved), 0) FROM orders o WHERE o.open_lots > 0 AND o.side = 'BUY')::text
    FROM limit_counters l
    WHERE l.business_date = (SELECT business_date FROM d)
      AND l.subject = 'party'
$$;

-- Whether the transfers of a cycle are in an archive (V0010), and not in the journal.
CREATE FUNCTION is_archived(run_cycle bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN run_cycle <= coalesce((newest_archive()).last_cycle, 0);
END;
$$;

-- How many accounts' running balances are not what the cycle's transfers come to. Nothing tells the planner how many entries
-- a position has, and from a guess it would read the journal anew for each of them.
CREATE FUNCTION running_balances_not_journal(run_cycle bigint) RETURNS bigint
LANGUAGE sql STABLE SET enable_nestloop = off SET jit = off AS $$
    SELECT count(*)
    FROM net_positions p
    LEFT JOIN (
        SELECT r.asset, r.account_id, array_agg(r.balance ORDER BY r.part) FILTER (WHERE r.entries = 256) AS running
        FROM (
            SELECT s.asset, s.account_id, s.part, s.entries,
                (s.opening + sum(s.net) OVER (PARTITION BY s.asset, s.account_id ORDER BY s.part))::bigint AS balance
            FROM (
                SELECT q.asset, q.account_id, (e.n - 1) / 256 AS part, q.closing - q.credits + q.debits AS opening,
                    count(*) AS entries, sum(CASE j.to_account WHEN q.account_id THEN j.amount ELSE -j.amount END) AS net
                FROM settlement_cycles y
                JOIN net_positions q ON q.cycle = y.cycle AND cardinality(q.entries) >= 256
                CROSS JOIN LATERAL unnest(q.entries) WITH ORDINALITY e (place, n)
                JOIN token_transactions j ON j.cycle = y.cycle AND j.created_at = y.cut_off AND j.position = e.place
                WHERE y.cycle = run_cycle
                GROUP BY 1, 2, 3, 4
            ) s
        ) r
        GROUP BY r.asset, r.account_id
    ) d ON d.asset = p.asset AND d.account_id = p.account_id
    WHERE p.cycle = run_cycle AND p.running IS DISTINCT FROM d.running
$$;

-- The identities of one cycle; of one whose transfers are archived, those that need no transfers. Cheap: looks at the
-- cycle's own rows and at the current state, not at history.
CREATE FUNCTION reconcile_cycle(run_cycle bigint)
RETURNS TABLE (check_name text, asset text, expected text, found text) LANGUAGE sql STABLE AS $$
    SELECT r.check_name, r.asset, r.expected, r.found FROM (
        WITH c AS (
            SELECT y.cycle, y.first_seq, y.first_seq + n.transfers - 1 AS last_seq, y.window_no, y.business_date, y.received,
                n.received AS counted, n.carried_in, n.settled, n.refused, n.cancelled, n.expired, n.held, n.resting,
                n.transfers
            FROM settlement_cycles y JOIN cycle_counts n ON n.cycle = y.cycle WHERE y.cycle = run_cycle
        ),
        j AS MATERIALIZED (
            SELECT t.id, t.position, t.asset, t.from_account, t.to_account, t.amount, t.transaction_type, t.intake_no
            FROM token_transactions t, c WHERE t.id BETWEEN c.first_seq AND c.last_seq AND t.cycle = c.cycle
        ),
        head AS (SELECT last_cycle FROM books_head)

        SELECT 'each submission is counted once', '', (carried_in + counted)::text,
            (settled + refused + cancelled + expired + held + resting)::text
        FROM c
        UNION ALL
        SELECT 'submissions of the window', '', received::text,
            (SELECT count(*) FROM submissions s WHERE s.window_no = c.window_no)::text
        FROM c
        UNION ALL
        SELECT 'refused submissions have their reason', '', refused::text,
            (SELECT count(*) FROM submission_outcomes o WHERE o.cycle = run_cycle AND o.state = 'REJECTED'
                AND o.reason IS NOT NULL)::text
        FROM c
        UNION ALL
        SELECT 'carried in is what the cycle before carried out', '', coalesce((SELECT p.held + p.resting
            FROM cycle_counts p WHERE p.cycle = run_cycle - 1), 0)::text, carried_in::text
        FROM c
        UNION ALL
        SELECT 'transfers without a gap', '', transfers::text, (SELECT count(*) FROM j  -- Each id is there once.
            WHERE position = id - (SELECT first_seq FROM c))::text
        FROM c
        UNION ALL
        SELECT 'sequence follows the cycle before', '', coalesce((SELECT y.first_seq + n.transfers
            FROM settlement_cycles y JOIN cycle_counts n ON n.cycle = y.cycle WHERE y.cycle = run_cycle - 1), 1)::text,
            first_seq::text
        FROM c
        UNION ALL
        SELECT 'debits = credits', asset_name(p.asset), sum(p.debits)::text, sum(p.credits)::text
        FROM net_positions p WHERE p.cycle = run_cycle GROUP BY p.asset
        UNION ALL
        SELECT 'positions = journal', asset_name(coalesce(a.asset, b.asset)), coalesce(a.amount, 0)::text, coalesce(b.debits, 0)::text
        FROM (SELECT j.asset, sum(amount) AS amount FROM j GROUP BY j.asset) a
        FULL JOIN (SELECT p.asset, sum(debits) AS debits FROM net_positions p WHERE cycle = run_cycle GROUP BY p.asset) b
            ON b.asset = a.asset
        UNION ALL
        SELECT 'accounts whose position is not their journal', '', '0', count(*)::text
        FROM (
            SELECT v.asset, v.account_id
            FROM (
                SELECT j.asset, j.from_account AS account_id, j.amount AS debits, 0::bigint AS credits, 1 AS entries,
                    j.position::bigint AS places
                FROM j
                UNION ALL
                SELECT j.asset, j.to_account, 0, j.amount, 1, j.position FROM j
                UNION ALL
                SELECT p.asset, p.account_id, -p.debits, -p.credits, -cardinality(p.entries),
                    -(SELECT coalesce(sum(e), 0) FROM unnest(p.entries) e)
                FROM net_positions p WHERE p.cycle = run_cycle
            ) v
            GROUP BY v.asset, v.account_id
            HAVING sum(v.debits) <> 0 OR sum(v.credits) <> 0 OR sum(v.entries) <> 0 OR sum(v.places) <> 0
        ) w
        UNION ALL
        SELECT 'accounts whose running balance is not their journal', '', '0', running_balances_not_journal(run_cycle)::text
        UNION ALL
        SELECT 'accounts whose opening is not their closing before', '', '0', count(*)::text
        FROM net_positions p
        LEFT JOIN net_positions q ON q.cycle = p.previous_cycle AND q.asset = p.asset AND q.account_id = p.account_id
        WHERE p.cycle = run_cycle AND p.closing - p.credits + p.debits <> coalesce(q.closing, 0)
        UNION ALL
        SELECT 'accounts whose balance is not their closing', '', '0', count(*)::text
        FROM net_positions p
        LEFT JOIN account_balances b ON b.account_id = p.account_id AND b.asset = p.asset
        WHERE p.cycle = run_cycle AND (SELECT last_cycle FROM head) = run_cycle AND b.posted IS DISTINCT FROM p.closing
        UNION ALL
        SELECT 'clearing is zero', asset_name(p.asset), '0', sum(p.closing)::text
        FROM net_positions p JOIN token_accounts a ON a.account_id = p.account_id AND a.code LIKE 'clearing.%'
        WHERE p.cycle = run_cycle GROUP BY p.asset
        UNION ALL
        SELECT 'bought = sold = volume', r.compute_class, (r.volume_lots * 2)::text,
            coalesce((SELECT sum(j.amount) / max(o.lot_gpu_ms) FROM j JOIN orders o ON o.intake_no = j.intake_no
                WHERE j.transaction_type = 5 AND j.asset = r.asset), 0)::bigint::text
        FROM matching_rounds r WHERE r.cycle = run_cycle
        UNION ALL
        SELECT 'fees of the rounds', 'UTOKEN', coalesce(sum(r.fees_utoken), 0)::text,
            (SELECT coalesce(sum(amount), 0) FROM j WHERE transaction_type = 6)::text
        FROM matching_rounds r WHERE r.cycle = run_cycle
        UNION ALL
        SELECT i.check_name, i.asset, i.expected, i.found FROM state_identities() i
        WHERE (SELECT last_cycle FROM head) = run_cycle
        UNION ALL
        SELECT 'leaves of the seal', '', c.transfers::text, coalesce(s.leaf_count::text, 'not sealed')
        FROM c LEFT JOIN seals s ON s.cycle = c.cycle
    ) r (check_name, asset, expected, found)
    WHERE NOT (SELECT is_archived(run_cycle))
        OR r.check_name NOT IN ('transfers without a gap', 'positions = journal', 'accounts whose position is not their journal',
            'accounts whose running balance is not their journal', 'bought = sold = volume', 'fees of the rounds')
$$;
