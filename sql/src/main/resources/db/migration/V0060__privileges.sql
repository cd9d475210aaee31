-- Who may do what, in one place. Three roles from the start:
--
--   the owner          migrates, owns every table and function, and is what no guard can stop; the service does not run as it
--   quittance_writer   what intake and cycles run as: adds, by INSERT and COPY, and changes the few columns named here
--   quittance_door     what participants read through: nothing but the views of schema seen, which show what the acting
--                      client may see, and tables that are for every reader
--
-- What is only added to is so twice: no right to change it here, and triggers that refuse it to every role. What needs
-- more than a right (publishing, discarding, the lease) is a function of the owner that checks what it is asked.

-- ---------------------------------------------------------------------------------------------------------------- roles

-- LOGIN without a password opens nothing where the server asks for one; where it trusts its host, as the embedded server
-- does, a session that came in as one of them has no other role to go back to.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['quittance_writer', 'quittance_door']
    LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
                EXECUTE format('CREATE ROLE %I LOGIN', name);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- Another bank of this server made it at this moment.
        END;
        -- An owner that is no superuser takes the roles on with SET ROLE, which needs membership.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER', name);
            EXCEPTION WHEN insufficient_privilege THEN
                NULL; -- Somebody else made the role; whether it can be taken on is asked after the migration.
            END;
        END IF;
    END LOOP;
    -- A database that came from before PostgreSQL 15 lets everybody make tables in public.
    IF has_schema_privilege('public', 'public', 'CREATE') THEN
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
END;
$$;

GRANT USAGE ON SCHEMA public TO quittance_writer, quittance_door;

-- --------------------------------------------------------------------------------------------------------- the lease

CREATE FUNCTION is_frozen(held cycle_lease) RETURNS boolean LANGUAGE sql AS $$
    SELECT held.beat_at < clock_timestamp() - interval '30 seconds';
$$;

-- The sessions in which a frozen owner has something under way: it would keep it, and all that it locks, for as long as it
-- stands still. They hold the lease's row. Whoever logged in as their owner did may end them, which this function's owner
-- may not.
CREATE FUNCTION frozen_sessions() RETURNS SETOF integer LANGUAGE sql SECURITY DEFINER AS $$
    SELECT l.pid
    FROM cycle_lease held, pg_locks l
    WHERE is_frozen(held) AND l.relation = 'cycle_lease'::regclass AND l.mode = 'RowShareLock' AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid();
$$;

-- Who runs cycles. NULL: a live owner has them. A dead one is known by its advisory lock, which went with its session; a
-- frozen one by its beats. Nobody can write the table itself, so the token only grows.
CREATE FUNCTION take_lease(by_owner text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    held    cycle_lease;
    is_dead boolean;
BEGIN
    SELECT * INTO held FROM cycle_lease;
    is_dead := pg_try_advisory_lock(7005, held.token::integer);
    IF is_dead THEN
        PERFORM pg_advisory_unlock(7005, held.token::integer);
    END IF;
    IF NOT is_dead AND NOT is_frozen(held) THEN
        RETURN NULL;
    END IF;
    IF NOT pg_try_advisory_lock(7005, held.token::integer + 1) THEN
        RETURN NULL; -- Another one succeeds at this moment.
    END IF;
    BEGIN
        UPDATE cycle_lease SET owner = by_owner, token = held.token + 1, beat_at = clock_timestamp()
        WHERE token = held.token;
    EXCEPTION WHEN query_canceled OR OTHERS THEN
        PERFORM pg_advisory_unlock(7005, held.token::integer + 1); -- The session keeps it past this failure otherwise.
        RAISE;
    END;
    IF NOT FOUND THEN
        PERFORM pg_advisory_unlock(7005, held.token::integer + 1);
        RETURN NULL;
    END IF;
    RETURN held.token + 1;
END;
$$;

-- The owner is alive; false where it is the owner no more.
CREATE FUNCTION beat_lease(held_token bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE cycle_lease SET beat_at = clock_timestamp() WHERE token = held_token;
    RETURN FOUND;
END;
$$;

-- ---------------------------------------------------------------------------------------- triggers: what stays as it is

-- refuse_rewrite refuses the statement, whoever sends it. Tables of which nothing ever changes:
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bank', 'settlement_cycles', 'window_additions', 'refused_lines', 'transaction_types',
        'transaction_legs', 'cycle_counts', 'reversals', 'instrument_references', 'seal_chunks', 'refused_closings', 'audit_log',
        'clients', 'client_policies']
    LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', name);
    END LOOP;
END;
$$;

-- Results of a cycle: loaded before it is published, cleared by a run that resumes it, and never touched after.
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON matching_rounds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON net_positions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER no_published_delete AFTER DELETE ON matching_rounds REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published_delete();
CREATE TRIGGER no_published_delete AFTER DELETE ON net_positions REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published_delete();
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['matching_rounds', 'net_positions', 'cycle_counts', 'reversals', 'instrument_references',
        'seal_slots', 'refused_closings', 'unclaimed_items']
    LOOP
        EXECUTE format('CREATE TRIGGER no_late_load AFTER INSERT ON %I REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_load()', name);
    END LOOP;
END;
$$;

CREATE TRIGGER no_late_load AFTER INSERT ON settled_intervals REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_load();

-- A cycle is sealed once it is published, all its tree with it.
CREATE FUNCTION refuse_early_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE cycle > (SELECT last_cycle FROM books_head)) THEN
        RAISE EXCEPTION 'cycle is not published: it has no % yet', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM added a LEFT JOIN seals s ON s.cycle = a.cycle
               WHERE s.xmin IS DISTINCT FROM pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION 'cycle is sealed in one transaction: nothing can be added to its %', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER no_early_seal AFTER INSERT ON seals REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_seal();
CREATE TRIGGER no_early_seal AFTER INSERT ON seal_chunks REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_seal();

-- Nothing is added to a window that is closed: its cycle may have read it already. Who adds holds the window's lock, which
-- the close takes for itself: it waits for them, and who comes later sees it closed, other than in an older snapshot.
CREATE FUNCTION refuse_late_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    named bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% are added to by transactions that are READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR named IN SELECT window_no FROM added WHERE window_no IS NOT NULL GROUP BY window_no ORDER BY window_no
    LOOP
        PERFORM pg_advisory_xact_lock_shared(7001, named::integer);
        IF NOT EXISTS (SELECT FROM settlement_windows WHERE window_no = named AND state = 'OPEN') THEN
            RAISE EXCEPTION 'window % is not open: nothing can be added to its %', named, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;
CREATE FUNCTION wait_for_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7001, NEW.window_no::integer);
    RETURN NEW;
END;
$$;
CREATE TRIGGER waits_for_lines BEFORE UPDATE ON settlement_windows
    FOR EACH ROW WHEN (NEW.state = 'CLOSED') EXECUTE FUNCTION wait_for_lines();
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['submissions', 'token_accounts', 'kyc_decisions', 'compute_resources', 'metering_evidence',
        'ai_services', 'service_prices', 'account_events']
    LOOP
        EXECUTE format('CREATE TRIGGER no_late_line AFTER INSERT ON %I REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_line()', name);
    END LOOP;
END;
$$;

-- Whoever adds to the queue, it is counted; nobody but this function writes the counts, and reconciliation counts again.
CREATE FUNCTION count_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO window_additions SELECT window_no, kind, count(*) FROM added GROUP BY window_no, kind;
    RETURN NULL;
END;
$$;
CREATE TRIGGER counted AFTER INSERT ON submissions REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_lines();

-- Tables of which something may change, and only that.
CREATE TRIGGER only_the_name_changes BEFORE UPDATE OF account_id, party_id, account_type, owner_account,
    daily_limit_utoken, kyc_level, code, sign, content_digest, name_hash, window_no, opened_by, opened_at, ordinal ON token_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON token_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER only_the_reason_changes BEFORE UPDATE OF event_key, account_id, event, kyc_level, reason_hash, content_digest,
    window_no, decided_by, decided_at, ordinal ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER only_paid BEFORE UPDATE OF intake_no, account_id, amount, cycle ON unclaimed_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER paid_once BEFORE UPDATE ON unclaimed_items
    FOR EACH ROW WHEN (OLD.paid_cycle IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON unclaimed_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER only_reversed BEFORE UPDATE OF intake_no, resource_id, metered, cycle ON settled_intervals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER reversed_once BEFORE UPDATE ON settled_intervals
    FOR EACH ROW WHEN (OLD.reversed_cycle IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON settled_intervals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER closed_stays_closed BEFORE UPDATE ON settlement_windows
    FOR EACH ROW WHEN (OLD.state = 'CLOSED') EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON settlement_windows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Two persons: the first one asks, what the second one said stands, and a yes is used once.
CREATE TRIGGER begins_as_a_request BEFORE INSERT ON approvals
    FOR EACH ROW WHEN (NEW.state <> 'REQUESTED') EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER decided_stays_decided BEFORE UPDATE ON approvals
    FOR EACH ROW WHEN (OLD.state IN ('REFUSED', 'USED')
        OR OLD.checker IS NOT NULL AND (NEW.checker IS DISTINCT FROM OLD.checker OR NEW.state <> 'USED'))
    EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON approvals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- A key ends once, and its end only comes nearer.
CREATE TRIGGER only_ends BEFORE UPDATE OF key_sha256, key_no, client_id, added_at, asked_by, asked_as ON client_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER ends_once BEFORE UPDATE ON client_keys
    FOR EACH ROW WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at AND OLD.revoked_at IS NOT NULL
        OR OLD.expires_at < coalesce(NEW.expires_at, 'infinity'))
    EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON client_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_the_access_changes BEFORE UPDATE OF client_id, account_id, added_at ON client_rights
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON client_rights
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- A webhook's secret changes and it ends; what is sent to it, and what became of that, stays, until it is old.
CREATE TRIGGER only_secret_and_end BEFORE UPDATE OF webhook_no, client_id, url, events, from_cycle, added_at, added_by, asked_as
    ON webhooks FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER ends_once BEFORE UPDATE ON webhooks
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL OR NEW.secret_version < OLD.secret_version) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON webhooks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_its_state_changes BEFORE UPDATE OF message_no, webhook_no, message_id, event, about, payload, created_at
    ON webhook_messages FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER kept_while_it_is_young BEFORE DELETE ON webhook_messages
    FOR EACH ROW WHEN (OLD.state = 'DUE' OR OLD.created_at > clock_timestamp() - interval '30 days')
    EXECUTE FUNCTION refuse_rewrite();

-- ------------------------------------------------------------------------------------- triggers: who administered what

-- What is done, the column that says who did it ('': who runs the bank's program), and the columns that tell the rest.
CREATE FUNCTION note_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO audit_log (actor, action, client_id, account_id, details)
    SELECT (a.line ->> TG_ARGV[1])::integer, TG_ARGV[0], (a.line ->> 'client_id')::integer, (a.line ->> 'account_id')::uuid,
        (SELECT coalesce(jsonb_object_agg(name, a.line ->> name) FILTER (WHERE a.line ->> name IS NOT NULL), '{}')
         FROM unnest(TG_ARGV[2:]) name)
    FROM (SELECT to_jsonb(added) AS line FROM added) a;
    RETURN NULL;
END;
$$;
CREATE FUNCTION note_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    line jsonb := to_jsonb(NEW);
BEGIN
    INSERT INTO audit_log (actor, action, client_id, account_id, details)
    VALUES ((line ->> TG_ARGV[1])::integer, TG_ARGV[0], (line ->> 'client_id')::integer, (line ->> 'account_id')::uuid,
        (SELECT coalesce(jsonb_object_agg(name, line ->> name) FILTER (WHERE line ->> name IS NOT NULL), '{}')
         FROM unnest(TG_ARGV[2:]) name));
    RETURN NULL;
END;
$$;
CREATE TRIGGER noted AFTER INSERT ON clients REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('client_made', 'added_by', 'scopes');
CREATE TRIGGER noted AFTER INSERT ON client_keys REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('key_made', 'asked_by', 'key_no', 'expires_at');
CREATE TRIGGER noted_end AFTER UPDATE ON client_keys
    FOR EACH ROW WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at OR OLD.expires_at IS DISTINCT FROM NEW.expires_at)
    EXECUTE FUNCTION note_changed('key_ended', 'ended_by', 'key_no', 'expires_at', 'revoked_at');
CREATE TRIGGER noted AFTER INSERT ON client_rights REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('right_set', 'given_by', 'access');
CREATE TRIGGER noted_change AFTER UPDATE ON client_rights
    FOR EACH ROW WHEN (OLD.access <> NEW.access) EXECUTE FUNCTION note_changed('right_set', 'given_by', 'access');
CREATE TRIGGER noted AFTER INSERT ON client_policies REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('policy_set', 'set_by', 'max_refused_percent', 'control_lines', 'language');
CREATE TRIGGER noted AFTER INSERT ON webhooks REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('webhook_made', 'added_by', 'webhook_no', 'url', 'events');
CREATE TRIGGER noted_secret AFTER UPDATE ON webhooks
    FOR EACH ROW WHEN (NEW.secret_version <> OLD.secret_version)
    EXECUTE FUNCTION note_changed('webhook_secret_rotated', 'changed_by', 'webhook_no', 'secret_version', 'former_until');
CREATE TRIGGER noted_end AFTER UPDATE ON webhooks
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION note_changed('webhook_ended', 'changed_by', 'webhook_no', 'ended_at');
CREATE TRIGGER noted AFTER INSERT ON approvals REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('approval_requested', 'maker', 'approval_id', 'action');
CREATE TRIGGER noted_decision AFTER UPDATE ON approvals
    FOR EACH ROW WHEN (OLD.state = 'REQUESTED')
    EXECUTE FUNCTION note_changed('approval_decided', 'checker', 'approval_id', 'action', 'state');
CREATE TRIGGER noted_use AFTER UPDATE ON approvals
    FOR EACH ROW WHEN (NEW.state = 'USED')
    EXECUTE FUNCTION note_changed('approval_used', 'maker', 'approval_id', 'action', 'used_by');
CREATE TRIGGER noted AFTER INSERT ON bank_parameters REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('parameters_set', '', 'version', 'content');
CREATE TRIGGER noted AFTER INSERT ON account_events REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('account_event_decided', 'decided_by', 'event_key', 'event', 'kyc_level',
        'window_no');
CREATE TRIGGER noted AFTER INSERT ON ai_services REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('service_added', 'decided_by', 'service', 'payee_account', 'window_no');
CREATE TRIGGER noted AFTER INSERT ON service_prices REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_added('price_set', 'decided_by', 'service', 'model', 'price_version',
        'effective_from', 'input_utoken_per_mtok', 'output_utoken_per_mtok', 'window_no');

-- The head of the books and the lease's token go forward, one row each.
CREATE TRIGGER only_forward BEFORE UPDATE ON books_head
    FOR EACH ROW WHEN (NEW.last_cycle < OLD.last_cycle OR NEW.last_seq < OLD.last_seq) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON books_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_forward BEFORE UPDATE ON cycle_lease
    FOR EACH ROW WHEN (NEW.token < OLD.token) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON cycle_lease FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- An account's sign follows from what it is: nobody opens an account of their own that may go below zero.
ALTER TABLE token_accounts
    ADD CONSTRAINT token_accounts_code UNIQUE (code),
    ADD CONSTRAINT sign_follows_the_code CHECK (sign = CASE split_part(coalesce(code, ''), '.', 1)
        WHEN 'issuance' THEN '-' WHEN 'source' THEN '-' WHEN 'clearing' THEN '0' ELSE '+' END),
    -- Below 2^64 the bank's own account ids are computed from what they are, so each exists once.
    ADD CONSTRAINT own_accounts_have_fixed_ids
        CHECK ((account_type = 'system') = (account_id < '00000000-0000-0001-0000-000000000000'));

-- ----------------------------------------------------------------------------------------------------- the writer's rights

-- The bank. Parameters come in new versions; the clock is set for a demonstration alone, and moved with its cut-offs.
GRANT SELECT, INSERT ON bank, bank_parameters TO quittance_writer;
GRANT SELECT, UPDATE (fixed_at) ON bank_clock TO quittance_writer;

-- Who may knock. A key ends, and is used; a right takes the place of another; an approval moves on.
GRANT SELECT, INSERT ON clients, client_keys, client_rights, client_policies, approvals TO quittance_writer;
GRANT UPDATE (expires_at, revoked_at, ended_by, last_used_at) ON client_keys TO quittance_writer;
GRANT UPDATE (access, given_by) ON client_rights TO quittance_writer;
GRANT UPDATE (state, checker, decided_at, used_by) ON approvals TO quittance_writer;

-- Who is told. A message goes from due to delivered or failed, and goes away when it is old.
GRANT SELECT, INSERT ON webhooks, webhook_attempts TO quittance_writer;
GRANT SELECT, INSERT, DELETE ON webhook_messages TO quittance_writer;
GRANT UPDATE (secret_version, former_until, ended_at, changed_by) ON webhooks TO quittance_writer;
GRANT UPDATE (state, attempts, next_at) ON webhook_messages TO quittance_writer;
GRANT SELECT, UPDATE (told_cycle, told_final) ON webhook_progress TO quittance_writer;
GRANT SELECT, UPDATE (told_cycle) ON file_progress TO quittance_writer;

-- Windows are split and closed. Reference data is only added to. A name and a reason may be erased.
GRANT SELECT, INSERT ON settlement_windows, settlement_cycles, token_accounts, kyc_decisions, compute_resources,
    metering_evidence, ai_services, service_prices, account_events TO quittance_writer;
GRANT UPDATE (state, cut_off) ON settlement_windows TO quittance_writer;
GRANT UPDATE (name) ON token_accounts TO quittance_writer;
GRANT UPDATE (reason) ON account_events TO quittance_writer;
GRANT SELECT ON effective_events, party_levels TO quittance_writer;

-- The queue is only added to. Free text may be erased. A file's number is drawn before its lines, which carry it, and its
-- row is written after them, with their counts.
GRANT SELECT, INSERT ON submission_files, refused_lines, submissions, submission_texts, submission_outcomes
    TO quittance_writer;
GRANT SELECT ON window_additions TO quittance_writer;
GRANT UPDATE (memo), DELETE ON submission_texts TO quittance_writer;
GRANT USAGE ON SEQUENCE submission_files_file_no_seq, submissions_intake_no_seq TO quittance_writer;

-- The books. Transfers are loaded, into the one partition that open_journal opens for the running cycle; balances, head and
-- lease change through functions alone.
GRANT SELECT ON transaction_types, transaction_legs, account_balances, books_head, settled_transactions
    TO quittance_writer;
GRANT SELECT ON token_transactions TO quittance_writer;
GRANT SELECT, INSERT ON reversals, instrument_references, refused_closings TO quittance_writer;
-- What is archived is read; only the owner archives and restores.
GRANT SELECT ON journal_archives, journal_base, archived_originals TO quittance_writer;
-- What is open changes with each cycle, in the columns that a cycle decides; what was asked for does not.
GRANT SELECT, INSERT ON limit_counters, orders, tasks, holds, settled_intervals, unclaimed_items TO quittance_writer;
GRANT SELECT ON unclaimed_by_account TO quittance_writer;
GRANT UPDATE (paid_cycle) ON unclaimed_items TO quittance_writer;
GRANT UPDATE (used, reserved, minted) ON limit_counters TO quittance_writer;
GRANT UPDATE (filled_lots, open_lots, notional, fee_charged, limit_reserved, reserved, sits_out) ON orders
    TO quittance_writer;
GRANT UPDATE (state, agent_account, changed_cycle) ON tasks TO quittance_writer;
GRANT UPDATE (hold_until, reason), DELETE ON holds TO quittance_writer;
GRANT UPDATE (reversed_cycle) ON settled_intervals TO quittance_writer;

-- Results and seals are only added to. Steps are timings; a check that was pending gets its verdict later.
GRANT SELECT, INSERT ON matching_rounds, net_positions, cycle_counts, seals, seal_slots, seal_chunks TO quittance_writer;
GRANT SELECT, INSERT ON cycle_steps, reconciliation_checks TO quittance_writer;
GRANT UPDATE (seconds, digest, finished_at) ON cycle_steps TO quittance_writer;
GRANT UPDATE (expected, found, verdict, detail, checked_at) ON reconciliation_checks TO quittance_writer;

-- Chain commits: where one stands moves on; headers, nonces' cycles and signed bytes never change.
GRANT SELECT, INSERT ON chain_commits, chain_committers, chain_transactions, chain_attempts TO quittance_writer;
GRANT UPDATE (state, version, header_hash, transaction_hash, block_number, block_hash, gas_used, succeeded, remark,
              changed_at, final_at) ON chain_commits TO quittance_writer;
GRANT UPDATE (registry, next_nonce, lease_owner, lease_until) ON chain_committers TO quittance_writer;
GRANT UPDATE (sent_at_block, sent_at) ON chain_attempts TO quittance_writer;

-- ----------------------------------------------------------------------------------------------------------- functions

-- A function that runs as its owner, or as a guard, means the bank's own tables: names are looked up in the catalogue,
-- then in public, and in the caller's temporary tables last, which PostgreSQL would otherwise search first of all.
DO $$
DECLARE
    guard regprocedure;
BEGIN
    FOR guard IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', guard);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', guard);
    END LOOP;
END;
$$;

REVOKE ALL ON FUNCTION archivable_month, stop_between_cycles, move_base, archive_month, open_restore, restore_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_lease, frozen_sessions, beat_lease, assert_lease, publish_cycle, open_journal,
    discard_rounds, discard_positions TO quittance_writer;
GRANT EXECUTE ON FUNCTION reconcile_cycle, state_identities, unclaimed_identity, account_identities, prove_books
    TO quittance_writer;
