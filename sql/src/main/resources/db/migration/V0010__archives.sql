-- Old months of the journal, kept in files. Archived is always the beginning of the journal: whole months, the oldest first,
-- and the newest archived one is the first to be restored. What a month moved goes with its rows; what the archived months
-- left of each balance stays here and is bound by a digest to the newest file. Positions, seals and outcomes stay, too.

CREATE TABLE journal_archives (
    archive_no    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    month         date        NOT NULL CHECK (extract(day FROM month) = 1),
    first_cycle   bigint      NOT NULL,
    last_cycle    bigint      NOT NULL CHECK (last_cycle >= first_cycle),
    first_seq     bigint      NOT NULL,
    last_seq      bigint      NOT NULL CHECK (last_seq >= first_seq - 1),  -- One less if nothing moved.
    last_date     date        NOT NULL,  -- The business date of its last cycle.
    file_name     text        NOT NULL,
    file_bytes    bigint      NOT NULL,
    file_sha256   bytea       NOT NULL CHECK (octet_length(file_sha256) = 32),
    base_digest   bytea       NOT NULL CHECK (octet_length(base_digest) = 32),  -- Of journal_base after this month.
    archived_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_from     bigint      NOT NULL,  -- The first cycle that finds the month archived,
    restored_from bigint,                -- and the first that finds it in the journal again; NULL while it is archived.
    restored_at   timestamptz,
    CHECK (restored_from >= seen_from),
    CHECK ((restored_from IS NULL) = (restored_at IS NULL))
);
CREATE UNIQUE INDEX journal_archives_once ON journal_archives (month) WHERE restored_from IS NULL;

-- What was posted at the end of the newest archived month; empty while nothing is archived.
CREATE TABLE journal_base (
    asset      integer NOT NULL,
    account_id uuid    NOT NULL,
    posted     bigint  NOT NULL,
    PRIMARY KEY (asset, account_id)
);

-- The archived transfers of submissions that a reversal named while they were in the journal: a replay of those cycles
-- finds them here. Later reversals of what is archived are refused.
CREATE TABLE archived_originals (LIKE token_transactions, PRIMARY KEY (id));

CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON journal_archives
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_restored BEFORE UPDATE OF archive_no, month, first_cycle, last_cycle, first_seq, last_seq, last_date,
    file_name, file_bytes, file_sha256, base_digest, archived_at, seen_from ON journal_archives
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER restored_once BEFORE UPDATE ON journal_archives
    FOR EACH ROW WHEN (OLD.restored_from IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();

-- The newest archived month; NULL in every column if none is.
CREATE FUNCTION newest_archive() RETURNS journal_archives LANGUAGE sql STABLE AS $$
    SELECT a FROM journal_archives a WHERE a.restored_from IS NULL ORDER BY a.month DESC LIMIT 1
$$;

-- Digest of balances: a SHA-256 for each asset and first byte of the account's id over its rows, and one over all of those.
CREATE FUNCTION base_digest() RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(string_agg(p.digest, '' ORDER BY p.asset, p.part), ''))
    FROM (SELECT b.asset, get_byte(uuid_send(b.account_id), 0) AS part,
            sha256(string_agg(int4send(b.asset) || uuid_send(b.account_id) || int8send(b.posted), '' ORDER BY b.account_id))
                AS digest
          FROM journal_base b GROUP BY 1, 2) p
$$;

-- A month as it can be archived: its cycles and its transfers. Refuses one that is not over, not all sealed and reconciled, or
-- not the next to go.
CREATE FUNCTION archivable_month(wanted date)
RETURNS TABLE (first_cycle bigint, last_cycle bigint, first_seq bigint, last_seq bigint, last_date date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
    head    books_head := (SELECT h FROM books_head h);
    behind  journal_archives := newest_archive();
    y       settlement_cycles;
    until   settlement_cycles;
    head_at settlement_cycles := (SELECT c FROM settlement_cycles c, books_head h WHERE c.cycle = h.last_cycle);
    wrong   bigint;
BEGIN
    SELECT c.* INTO y FROM settlement_cycles c
    WHERE c.cycle = coalesce(behind.last_cycle, 0) + 1 AND c.cycle <= head.last_cycle;
    IF y.cycle IS NULL OR date_trunc('month', y.cut_off)::date <> wanted THEN
        RAISE EXCEPTION 'the next month to archive is %, not %',
            coalesce(to_char(y.cut_off, 'YYYY-MM'), 'none yet'), to_char(wanted, 'YYYY-MM') USING ERRCODE = 'QT006';
    END IF;
    IF date_trunc('month', head_at.cut_off)::date <= wanted THEN
        RAISE EXCEPTION '% is not over: no later month has a published cycle', to_char(wanted, 'YYYY-MM')
            USING ERRCODE = 'QT006';
    END IF;
    SELECT c.* INTO until FROM settlement_cycles c
    WHERE c.cycle <= head.last_cycle AND c.cut_off < wanted + interval '1 month' ORDER BY c.cut_off DESC LIMIT 1;
    IF until.business_date >= head_at.business_date THEN
        RAISE EXCEPTION '% has cycles of %, the business date that is not over', to_char(wanted, 'YYYY-MM'),
            until.business_date USING ERRCODE = 'QT006';
    END IF;
    SELECT c.cycle INTO wrong FROM settlement_cycles c
    WHERE c.cycle BETWEEN y.cycle AND until.cycle AND NOT EXISTS (SELECT FROM seals s WHERE s.cycle = c.cycle)
    ORDER BY c.cycle LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cycle % is not sealed', wrong USING ERRCODE = 'QT006';
    END IF;
    SELECT c.cycle INTO wrong FROM settlement_cycles c
    WHERE c.cycle BETWEEN y.cycle AND until.cycle
      AND NOT coalesce((SELECT bool_and(r.verdict = 'MATCHED') FROM reconciliation_checks r WHERE r.cycle = c.cycle), false)
    ORDER BY c.cycle LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cycle % is not reconciled, or not everything in it matched', wrong USING ERRCODE = 'QT006';
    END IF;
    RETURN QUERY SELECT y.cycle, until.cycle, y.first_seq,
        (SELECT c.first_seq - 1 FROM settlement_cycles c WHERE c.cycle = until.cycle + 1), until.business_date;
END;
$$;

-- No cycle runs and none is cut off until this transaction ends: what a cycle finds archived is settled by its number.
CREATE FUNCTION stop_between_cycles() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head books_head;
BEGIN
    PERFORM pg_advisory_xact_lock(7002, 0);
    SELECT * INTO head FROM books_head FOR UPDATE;
    IF head.last_cycle <> (SELECT coalesce(max(cycle), 0) FROM settlement_cycles) THEN
        RAISE EXCEPTION 'cycle % is under way; wait until it is published', head.last_cycle + 1 USING ERRCODE = 'QT006';
    END IF;
    RETURN head.last_cycle;
END;
$$;

-- Moves the base by transfers of the journal, forward (1) or back (-1). It has no rows of zero.
CREATE FUNCTION move_base(first_seq bigint, last_seq bigint, direction integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO journal_base AS b (asset, account_id, posted)
    SELECT u.asset, u.account_id, sum(u.amount) * direction
    FROM (SELECT t.asset, t.from_account AS account_id, -t.amount AS amount FROM token_transactions t
          WHERE t.id BETWEEN first_seq AND last_seq
          UNION ALL
          SELECT t.asset, t.to_account, t.amount FROM token_transactions t
          WHERE t.id BETWEEN first_seq AND last_seq) u
    GROUP BY u.asset, u.account_id
    ON CONFLICT (asset, account_id) DO UPDATE SET posted = b.posted + excluded.posted;
    DELETE FROM journal_base WHERE posted = 0;
END;
$$;

-- Takes a month out of the journal whose rows are in a file that was written, read back and checked. The owner calls it; what
-- it is told of the file must be what it finds in the rows.
CREATE FUNCTION archive_month(wanted date, named text, bytes bigint, sha256 bytea, transfers bigint, amounts numeric,
    base bytea) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    last_cycle_there bigint := stop_between_cycles();
    m     record;
    leaf  text := 'token_transactions_' || to_char(wanted, 'YYYY_MM');
    found record;
BEGIN
    SELECT * INTO m FROM archivable_month(wanted);
    SELECT count(*) AS rows, coalesce(sum(t.amount), 0) AS amounts INTO found
    FROM token_transactions t WHERE t.id BETWEEN m.first_seq AND m.last_seq;
    IF found.rows <> transfers OR found.rows <> m.last_seq - m.first_seq + 1 OR found.amounts <> amounts THEN
        RAISE EXCEPTION '% holds % transfers over %, the file % over %', to_char(wanted, 'YYYY-MM'), found.rows,
            found.amounts, transfers, amounts USING ERRCODE = 'QT006';
    END IF;
    PERFORM move_base(m.first_seq, m.last_seq, 1);
    IF base_digest() <> base THEN
        RAISE EXCEPTION 'the balances at the end of % are not those of the file', to_char(wanted, 'YYYY-MM')
            USING ERRCODE = 'QT006';
    END IF;

    INSERT INTO archived_originals
    SELECT t.* FROM token_transactions t
    WHERE t.id BETWEEN m.first_seq AND m.last_seq AND t.intake_no IN (
        SELECT o.intake_no
        FROM settlement_cycles c
        JOIN submissions s ON s.window_no = c.window_no AND s.kind = 8
        JOIN submissions o ON o.submission_id = s.reversed_submission
        WHERE c.received_of_kind[8] > 0);
    INSERT INTO journal_archives (month, first_cycle, last_cycle, first_seq, last_seq, last_date, file_name, file_bytes,
        file_sha256, base_digest, seen_from)
    VALUES (wanted, m.first_cycle, m.last_cycle, m.first_seq, m.last_seq, m.last_date, named, bytes, sha256, base,
        last_cycle_there + 1);
    IF to_regclass('public.' || leaf) IS NOT NULL THEN
        EXECUTE format('ALTER TABLE public.token_transactions DETACH PARTITION public.%I', leaf);
        EXECUTE format('DROP TABLE public.%I', leaf);
    END IF;
END;
$$;

-- Where the rows of an archived month are loaded to come back; it is no part of the journal until restore_month attaches it.
CREATE FUNCTION open_restore(wanted date) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    behind journal_archives;
    leaf   text := 'token_transactions_' || to_char(wanted, 'YYYY_MM');
BEGIN
    PERFORM stop_between_cycles();
    behind := newest_archive();
    IF behind.month IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'the month that can be restored is %, not %',
            coalesce(to_char(behind.month, 'YYYY-MM'), 'none'), to_char(wanted, 'YYYY-MM') USING ERRCODE = 'QT006';
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.token_transactions INCLUDING ALL, PRIMARY KEY (id),
        CONSTRAINT starts_where_the_journal_stood CHECK (id >= %s AND id <= %s))', leaf, behind.first_seq, behind.last_seq);
    RETURN leaf;
END;
$$;

CREATE FUNCTION restore_month(wanted date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    last_cycle_there bigint := stop_between_cycles();
    behind journal_archives := newest_archive();
    before journal_archives;
    leaf   text := 'token_transactions_' || to_char(wanted, 'YYYY_MM');
    rows   bigint;
BEGIN
    IF behind.month IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'the month that can be restored is %', behind.month USING ERRCODE = 'QT006';
    END IF;
    EXECUTE format('SELECT count(*) FROM public.%I t JOIN settlement_cycles c ON c.cycle = t.cycle
        AND t.id = c.first_seq + t.position AND t.created_at = c.cut_off', leaf) INTO rows;
    IF rows <> behind.last_seq - behind.first_seq + 1 THEN
        RAISE EXCEPTION '% of the transfers of % came back, not %', rows, to_char(wanted, 'YYYY-MM'),
            behind.last_seq - behind.first_seq + 1 USING ERRCODE = 'QT006';
    END IF;
    EXECUTE format('CREATE INDEX ON public.%I USING brin (intake_no) WITH (pages_per_range = 16)', leaf);
    EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON public.%I
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', leaf);
    EXECUTE format('CREATE TRIGGER no_published_delete BEFORE DELETE ON public.%I
        FOR EACH ROW EXECUTE FUNCTION refuse_published_delete_of_transfer()', leaf);
    EXECUTE format('ALTER TABLE public.token_transactions ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', leaf,
        wanted, (wanted + interval '1 month')::date);

    UPDATE journal_archives SET restored_from = last_cycle_there + 1, restored_at = clock_timestamp()
    WHERE archive_no = behind.archive_no;
    before := newest_archive();
    PERFORM move_base(behind.first_seq, behind.last_seq, -1);
    IF before.month IS NULL AND EXISTS (SELECT FROM journal_base)
        OR before.month IS NOT NULL AND base_digest() <> before.base_digest THEN
        RAISE EXCEPTION 'the balances before % do not come out of its transfers', to_char(wanted, 'YYYY-MM')
            USING ERRCODE = 'QT006';
    END IF;
    DELETE FROM archived_originals WHERE id BETWEEN behind.first_seq AND behind.last_seq;
END;
$$;
