-- The whole books, as a query that anyone can run: SELECT * FROM prove_books(). Each row shows both sides, and of what is
-- wrong the first row, with what it says and what it should say. Reads each table once or twice and in parallel, whatever
-- else goes on; what is archived is behind journal_base, and proved by its file (V0010).

CREATE FUNCTION prove_books()
RETURNS TABLE (check_name text, asset text, expected text, found text, first_wrong text)
LANGUAGE plpgsql STABLE SET work_mem = '192MB' SET jit = off AS $$
#variable_conflict use_column
DECLARE
    head    books_head := (SELECT h FROM books_head h);
    behind  journal_archives := newest_archive();
    first   bigint := coalesce(behind.last_seq, 0) + 1;  -- The first seq that is in the journal.
    from_no bigint := coalesce(behind.last_cycle, 0) + 1;
    of_date date := (SELECT c.business_date FROM settlement_cycles c, books_head h WHERE c.cycle = h.last_cycle);
    first_customer CONSTANT uuid := '00000000-0000-0001-0000-000000000000';
BEGIN
    -- Balances and limits' counters, and the journal: what each account gave on a date, and what it got. Of the limits, every
    -- date that is in the journal whole. Debits inside of a party are few, and only parties of several accounts have any.
    RETURN QUERY
    WITH given AS MATERIALIZED (
        SELECT t.asset, t.from_account AS account_id, c.business_date, sum(t.amount) AS amount,
            sum(t.amount) FILTER (WHERE t.transaction_type IN (2, 5, 7, 9)) AS debits
        FROM token_transactions t LEFT JOIN settlement_cycles c ON c.cycle = t.cycle
        WHERE t.id <= head.last_seq
        GROUP BY t.asset, t.from_account, c.business_date
    ),
    got AS (
        SELECT t.asset, t.to_account AS account_id, sum(t.amount) AS amount FROM token_transactions t
        WHERE t.id <= head.last_seq
        GROUP BY t.asset, t.to_account
    ),
    moved AS (
        SELECT u.asset, u.account_id, sum(u.amount) AS net
        FROM (SELECT g.asset, g.account_id, -g.amount AS amount FROM given g
              UNION ALL SELECT g.asset, g.account_id, g.amount FROM got g
              UNION ALL SELECT b.asset, b.account_id, b.posted FROM journal_base b) u
        GROUP BY u.asset, u.account_id
    ),
    assets AS MATERIALIZED (
        SELECT a.asset, coalesce(sum(a.posted), 0) AS posted, count(*) FILTER (WHERE a.wrong) AS wrong,
            (array_agg(format('account_balances (account_id %s, asset %s): %s, should be posted %s', a.account_id, a.asset,
                coalesce('posted ' || a.posted, 'no row'), a.net) ORDER BY a.account_id) FILTER (WHERE a.wrong))[1]
                AS first_wrong
        FROM (SELECT coalesce(m.asset, b.asset) AS asset, coalesce(m.account_id, b.account_id) AS account_id, b.posted,
                coalesce(m.net, 0) AS net, coalesce(m.net, 0) <> coalesce(b.posted, 0) AS wrong
              FROM moved m FULL JOIN account_balances b ON b.asset = m.asset AND b.account_id = m.account_id) a
        GROUP BY a.asset
    ),
    several AS (
        SELECT a.account_id, a.party_id FROM token_accounts a
        WHERE a.party_id IN (SELECT p.party_id FROM token_accounts p GROUP BY p.party_id HAVING count(*) > 1)
    ),
    corrections AS (
        SELECT f.account_id, c.business_date, sum(t.amount) AS inside, 0 AS fees, 0 AS minted
        FROM token_transactions t
        JOIN several f ON f.account_id = t.from_account
        JOIN several r ON r.account_id = t.to_account AND r.party_id = f.party_id
        JOIN settlement_cycles c ON c.cycle = t.cycle
        WHERE t.id <= head.last_seq AND t.asset = 0 AND t.transaction_type IN (2, 5, 7, 9)
        GROUP BY 1, 2
        UNION ALL
        SELECT CASE t.transaction_type WHEN 1 THEN t.to_account ELSE t.from_account END, c.business_date, 0,
            coalesce(sum(t.amount) FILTER (WHERE t.transaction_type = 6), 0),
            coalesce(sum(t.amount) FILTER (WHERE t.transaction_type = 1), 0)
        FROM token_transactions t
        JOIN settlement_cycles c ON c.cycle = t.cycle
        LEFT JOIN orders o ON o.intake_no = t.intake_no AND o.side = 'BUY'
        WHERE t.id <= head.last_seq AND t.asset = 0
            AND (t.transaction_type = 1 OR t.transaction_type = 6 AND o.intake_no IS NOT NULL)
        GROUP BY 1, 2
    ),
    counted AS (
        SELECT u.account_id, u.business_date, sum(u.debits) AS debits, sum(u.inside) AS inside, sum(u.minted) AS minted
        FROM (SELECT g.account_id, g.business_date, g.debits, 0::numeric AS inside, 0::numeric AS minted
              FROM given g WHERE g.asset = 0 AND g.debits > 0
              UNION ALL
              SELECT c.account_id, c.business_date, c.fees, c.inside, c.minted FROM corrections c) u
        WHERE u.account_id >= first_customer AND u.business_date > coalesce(behind.last_date, '-infinity')
        GROUP BY u.account_id, u.business_date
    ),
    due AS (
        SELECT c.business_date, 'party' AS subject, a.party_id AS subject_id, sum(c.debits - c.inside) AS used,
            sum(c.minted) AS minted
        FROM counted c JOIN token_accounts a ON a.account_id = c.account_id GROUP BY 1, 3
        UNION ALL
        SELECT c.business_date, 'account', c.account_id, c.debits, 0
        FROM counted c JOIN token_accounts a ON a.account_id = c.account_id WHERE a.daily_limit_utoken IS NOT NULL
    ),
    counters AS MATERIALIZED (
        SELECT coalesce(l.business_date, j.business_date) AS business_date, coalesce(l.subject, j.subject) AS subject,
            coalesce(l.subject_id, j.subject_id) AS subject_id, l.used, l.minted, coalesce(j.used, 0) AS due_used,
            coalesce(j.minted, 0) AS due_minted
        FROM (SELECT * FROM limit_counters k WHERE k.business_date > coalesce(behind.last_date, '-infinity')) l
        FULL JOIN due j ON j.business_date = l.business_date AND j.subject = l.subject AND j.subject_id = l.subject_id
    )
    SELECT 'balances sum to zero', asset_name(a.asset), '0', a.posted::text, CASE WHEN a.posted <> 0 THEN a.first_wrong END
    FROM assets a
    UNION ALL
    SELECT 'accounts whose balance is not their journal', asset_name(a.asset), '0', a.wrong::text, a.first_wrong
    FROM assets a
    UNION ALL
    SELECT 'issued = minted - burned', 'UTOKEN', (-coalesce((SELECT m.net FROM moved m WHERE m.asset = 0
            AND m.account_id = i.account_id), 0))::text,
        (-coalesce((SELECT b.posted FROM account_balances b WHERE b.asset = 0 AND b.account_id = i.account_id), 0))::text,
        format('account_balances (account_id %s, asset 0): what its transfers do not come to', i.account_id)
    FROM token_accounts i WHERE i.code = 'issuance'
    UNION ALL
    SELECT 'limits whose used is not the debits of the date', '', '0',
        (count(*) FILTER (WHERE coalesce(c.used, 0) <> c.due_used))::text,
        (array_agg(format('limit_counters (%s, %s %s): used %s, should be %s', c.business_date, c.subject, c.subject_id,
            coalesce(c.used::text, '(no row)'), c.due_used) ORDER BY c.business_date, c.subject, c.subject_id)
            FILTER (WHERE coalesce(c.used, 0) <> c.due_used))[1]
    FROM counters c
    UNION ALL
    SELECT 'limits whose minted is not the deposits of the date', '', '0',
        (count(*) FILTER (WHERE coalesce(c.minted, 0) <> c.due_minted))::text,
        (array_agg(format('limit_counters (%s, %s %s): minted %s, should be %s', c.business_date, c.subject, c.subject_id,
            coalesce(c.minted::text, '(no row)'), c.due_minted) ORDER BY c.business_date, c.subject, c.subject_id)
            FILTER (WHERE coalesce(c.minted, 0) <> c.due_minted))[1]
    FROM counters c;

    -- The journal's rows, cycle by cycle.
    RETURN QUERY
    WITH rows AS (
        SELECT t.cycle, count(*) AS rows, min(t.id) AS low, max(t.id) AS high, min(t.id - t.position) AS first_low,
            max(t.id - t.position) AS first_high, min(t.created_at) AS at_low, max(t.created_at) AS at_high
        FROM token_transactions t WHERE t.id <= head.last_seq GROUP BY t.cycle
    ),
    cycles AS MATERIALIZED (
        SELECT coalesce(y.cycle, r.cycle) AS cycle, y.first_seq, y.cut_off, coalesce(n.transfers, 0) AS transfers,
            coalesce(r.rows, 0) AS rows,
            coalesce(r.rows, 0) IS DISTINCT FROM n.transfers
                OR r.rows > 0 AND (r.low, r.high, r.first_low, r.first_high, r.at_low, r.at_high) IS DISTINCT FROM
                    (y.first_seq, y.first_seq + n.transfers - 1, y.first_seq, y.first_seq, y.cut_off, y.cut_off) AS wrong
        FROM rows r
        FULL JOIN (SELECT c.* FROM settlement_cycles c WHERE c.cycle BETWEEN from_no AND head.last_cycle) y ON y.cycle = r.cycle
        LEFT JOIN cycle_counts n ON n.cycle = y.cycle
    )
    SELECT 'transfers without a gap', '', (head.last_seq - first + 1)::text, coalesce(sum(c.rows), 0)::text,
        CASE WHEN coalesce(sum(c.rows), 0) <> head.last_seq - first + 1 THEN (
            SELECT format('token_transactions (id %s): no row, should be position %s of cycle %s', s.id, s.id - w.first_seq, w.cycle)
            FROM (SELECT c.* FROM cycles c WHERE c.wrong AND c.transfers > 0 ORDER BY c.cycle LIMIT 1) w,
                generate_series(w.first_seq, w.first_seq + w.transfers - 1) s (id)
            WHERE NOT EXISTS (SELECT FROM token_transactions t WHERE t.id = s.id) ORDER BY s.id LIMIT 1) END
    FROM cycles c
    UNION ALL
    SELECT 'cycles whose transfers are not in their places', '', '0', (count(*) FILTER (WHERE c.wrong))::text,
        CASE WHEN bool_or(c.wrong) THEN (
            SELECT coalesce(
                (SELECT format('token_transactions (id %s): position %s of cycle %s at %s, should be position %s of cycle %s at %s',
                    t.id, t.position, t.cycle, t.created_at, t.id - y.first_seq, y.cycle, y.cut_off)
                 FROM token_transactions t
                 JOIN LATERAL (SELECT k.* FROM settlement_cycles k WHERE k.first_seq <= t.id AND k.cycle <= head.last_cycle
                               ORDER BY k.first_seq DESC, k.cycle DESC LIMIT 1) y ON true
                 WHERE (t.id BETWEEN w.low AND w.high OR t.cycle = w.cycle)
                   AND (t.cycle <> y.cycle OR t.position <> t.id - y.first_seq OR t.created_at <> y.cut_off)
                 ORDER BY t.id LIMIT 1),
                format('cycle_counts (cycle %s): transfers %s, should be %s', w.cycle, w.transfers, w.rows))
            FROM (SELECT c.cycle, c.transfers, c.rows, c.first_seq AS low, c.first_seq + c.transfers - 1 AS high
                  FROM cycles c WHERE c.wrong ORDER BY c.cycle LIMIT 1) w) END
    FROM cycles c;

    RETURN QUERY
    SELECT 'cycles without a gap', '', head.last_cycle::text, count(*)::text,
        CASE WHEN count(*) <> head.last_cycle THEN (
            SELECT format('settlement_cycles (cycle %s): no row', n) FROM generate_series(1, head.last_cycle) n
            WHERE NOT EXISTS (SELECT FROM settlement_cycles c WHERE c.cycle = n) ORDER BY n LIMIT 1) END
    FROM settlement_cycles c WHERE c.cycle BETWEEN 1 AND head.last_cycle
    UNION ALL
    SELECT 'cycles that do not follow the one before', '', '0', count(*)::text,
        (array_agg(format('settlement_cycles (cycle %s): first_seq %s, should be %s', f.cycle, f.first_seq, f.due)
            ORDER BY f.cycle))[1]
    FROM (SELECT c.cycle, c.first_seq, coalesce(lag(c.first_seq + n.transfers) OVER (ORDER BY c.cycle), 1) AS due
          FROM settlement_cycles c JOIN cycle_counts n ON n.cycle = c.cycle WHERE c.cycle <= head.last_cycle) f
    WHERE f.first_seq <> f.due
    UNION ALL
    SELECT 'published cycles that are not sealed', '', '0', count(*)::text,
        (array_agg(format('seals (cycle %s): no row', c.cycle) ORDER BY c.cycle))[1]
    FROM settlement_cycles c
    WHERE c.cycle < head.last_cycle AND NOT EXISTS (SELECT FROM seals s WHERE s.cycle = c.cycle)
    UNION ALL
    SELECT 'books end with their last cycle', '', coalesce((SELECT c.first_seq + n.transfers - 1 FROM settlement_cycles c
            JOIN cycle_counts n ON n.cycle = c.cycle WHERE c.cycle = head.last_cycle), 0)::text, head.last_seq::text,
        'books_head: last_seq ' || head.last_seq || ' after cycle ' || head.last_cycle;

    -- What is reserved: open orders need their worst case, nothing else needs anything; a hold reserves nothing.
    RETURN QUERY
    WITH needs AS (
        SELECT CASE o.side WHEN 'BUY' THEN 0 ELSE o.asset END AS asset, o.account_id, sum(o.reserved) AS reserved
        FROM orders o WHERE o.open_lots > 0 GROUP BY 1, 2
    ),
    balances AS MATERIALIZED (
        SELECT coalesce(b.asset, n.asset) AS asset, coalesce(b.account_id, n.account_id) AS account_id, b.reserved,
            coalesce(n.reserved, 0) AS needed, coalesce(b.reserved, 0) <> coalesce(n.reserved, 0) AS wrong
        FROM account_balances b FULL JOIN needs n ON n.asset = b.asset AND n.account_id = b.account_id
    )
    SELECT 'reserved = open orders', asset_name(b.asset), sum(b.needed)::text, coalesce(sum(b.reserved), 0)::text,
        CASE WHEN sum(b.needed) <> coalesce(sum(b.reserved), 0) THEN
            (array_agg(format('account_balances (account_id %s, asset %s): reserved %s, should be %s', b.account_id, b.asset,
                coalesce(b.reserved::text, '(no row)'), b.needed) ORDER BY b.account_id) FILTER (WHERE b.wrong))[1] END
    FROM balances b GROUP BY b.asset
    UNION ALL
    SELECT 'accounts whose reserved is not their orders', '', '0', count(*)::text,
        (array_agg(format('account_balances (account_id %s, asset %s): reserved %s, should be %s', b.account_id, b.asset,
            coalesce(b.reserved::text, '(no row)'), b.needed) ORDER BY b.asset, b.account_id))[1]
    FROM balances b WHERE b.wrong
    UNION ALL
    SELECT 'orders that do not reserve their worst case', '', '0', count(*)::text,
        (array_agg(format('orders (intake_no %s): reserved %s, should be %s', o.intake_no, o.reserved, o.worst)
            ORDER BY o.intake_no))[1]
    FROM (SELECT r.intake_no, r.reserved,
            CASE WHEN r.open_lots = 0 THEN 0
                WHEN r.side = 'SELL' THEN r.open_lots::numeric * r.lot_gpu_ms
                ELSE r.rest + ceil((r.notional + r.rest) * r.fee_bps / 10000) - r.fee_charged END AS worst
          FROM (SELECT q.*, q.open_lots::numeric * q.limit_ticks * q.tick_utoken AS rest FROM orders q) r) o
    WHERE o.reserved <> o.worst
    UNION ALL
    SELECT 'holds = what the last cycle held', '', coalesce((SELECT n.held FROM cycle_counts n WHERE n.cycle = head.last_cycle),
            0)::text, count(*)::text,
        coalesce((array_agg(format('holds (intake_no %s): a row, should be none: its submission is %s', w.intake_no, w.state)
            ORDER BY w.intake_no) FILTER (WHERE w.state <> 'HELD'))[1],
            (SELECT format('holds (intake_no %s): no row, should be one: its submission is HELD', d.intake_no)
             FROM (SELECT DISTINCT ON (o.intake_no) o.intake_no, o.state FROM submission_outcomes o
                   WHERE o.cycle <= head.last_cycle ORDER BY o.intake_no, o.cycle DESC) d
             WHERE d.state = 'HELD' AND NOT EXISTS (SELECT FROM holds h WHERE h.intake_no = d.intake_no)
             ORDER BY d.intake_no LIMIT 1))
    FROM (SELECT h.intake_no, coalesce((SELECT o.state FROM submission_outcomes o WHERE o.intake_no = h.intake_no
            AND o.cycle <= head.last_cycle ORDER BY o.cycle DESC LIMIT 1), 'not held') AS state FROM holds h) w
    UNION ALL
    SELECT 'open orders = what the last cycle left resting', '', coalesce((SELECT n.resting FROM cycle_counts n
            WHERE n.cycle = head.last_cycle), 0)::text, count(*)::text,
        (SELECT format('orders (intake_no %s): open_lots %s, should be %s', q.intake_no, q.open_lots, q.due)
         FROM (SELECT o.intake_no, o.open_lots, coalesce((SELECT CASE d.state WHEN 'ADMITTED' THEN d.open_lots ELSE 0 END
                   FROM submission_outcomes d WHERE d.intake_no = o.intake_no AND d.cycle <= head.last_cycle
                   ORDER BY d.cycle DESC LIMIT 1), 0) AS due FROM orders o) q
         WHERE q.open_lots <> q.due ORDER BY q.intake_no LIMIT 1)
    FROM orders o WHERE o.open_lots > 0;

    RETURN QUERY
    WITH open AS (SELECT coalesce(sum(k.reward_utoken), 0) AS reward FROM tasks k WHERE k.state = 'LISTED'),
    escrow AS (SELECT coalesce((SELECT b.posted FROM account_balances b JOIN token_accounts a ON a.account_id = b.account_id
        WHERE a.code = 'escrow' AND b.asset = 0), 0) AS posted)
    SELECT 'escrow = open tasks', 'UTOKEN', o.reward::text, e.posted::text,
        CASE WHEN o.reward <> e.posted THEN coalesce((
            SELECT format('tasks (task_id %s): state %s with reward_utoken %s, of which the journal holds %s', k.task_id, k.state,
                k.reward_utoken, coalesce(j.held, 0))
            FROM tasks k
            LEFT JOIN (SELECT t.task_id, sum(CASE t.transaction_type WHEN 2 THEN t.amount ELSE -t.amount END) AS held
                       FROM token_transactions t WHERE t.transaction_type IN (2, 3, 4) AND t.id <= head.last_seq
                       GROUP BY t.task_id) j ON j.task_id = k.task_id
            WHERE k.published_cycle >= from_no
                AND coalesce(j.held, 0) <> CASE k.state WHEN 'LISTED' THEN k.reward_utoken ELSE 0 END
            ORDER BY k.task_id LIMIT 1),
            format('account_balances (escrow, asset 0): posted %s, should be %s', e.posted, o.reward)) END
    FROM open o, escrow e;

    RETURN QUERY
    WITH buys AS (
        SELECT a.party_id, a.account_id, a.daily_limit_utoken IS NOT NULL AS capped, o.limit_reserved
        FROM orders o JOIN token_accounts a ON a.account_id = o.account_id WHERE o.open_lots > 0 AND o.side = 'BUY'
    ),
    needs AS (
        SELECT 'party' AS subject, b.party_id AS subject_id, sum(b.limit_reserved) AS reserved FROM buys b GROUP BY 2
        UNION ALL
        SELECT 'account', b.account_id, sum(b.limit_reserved) FROM buys b WHERE b.capped GROUP BY 2
    ),
    counters AS (
        SELECT coalesce(l.subject, n.subject) AS subject, coalesce(l.subject_id, n.subject_id) AS subject_id, l.reserved,
            coalesce(n.reserved, 0) AS due
        FROM (SELECT * FROM limit_counters k WHERE k.business_date = of_date) l
        FULL JOIN needs n ON n.subject = l.subject AND n.subject_id = l.subject_id
    )
    SELECT 'limits whose reserved is not the open buys', '', '0',
        (count(*) FILTER (WHERE coalesce(c.reserved, 0) <> c.due))::text,
        (array_agg(format('limit_counters (%s, %s %s): reserved %s, should be %s', of_date, c.subject, c.subject_id,
            coalesce(c.reserved::text, '(no row)'), c.due) ORDER BY c.subject, c.subject_id)
            FILTER (WHERE coalesce(c.reserved, 0) <> c.due))[1]
    FROM counters c;

    RETURN QUERY
    SELECT u.check_name, u.asset, u.expected, u.found,
        format('account_balances (unclaimed, asset 0): posted %s, should be %s', u.found, u.expected)
    FROM unclaimed_identity() u
    UNION ALL
    SELECT i.check_name, i.asset, i.expected, i.found, i.first_wrong FROM account_identities() i;

    IF behind.month IS NOT NULL THEN
        RETURN QUERY
        SELECT 'balances behind the archives are what was archived', '', encode(behind.base_digest, 'hex'),
            encode(base_digest(), 'hex'), format('journal_base: not what %s says', behind.file_name);
    END IF;
END;
$$;
