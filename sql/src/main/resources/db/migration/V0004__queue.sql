-- The queue: what came in, in the sender's own words. Its columns are the names on the wire. Rows are only added; what
-- became of a submission is in submission_outcomes.

CREATE TABLE submission_files (
    file_no        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id      integer     NOT NULL REFERENCES clients,
    file_id        text,
    kind           smallint    NOT NULL,
    business_date  date,
    content_sha256 bytea       NOT NULL CHECK (octet_length(content_sha256) = 32),
    size_bytes     bigint      NOT NULL,
    original_name  text,
    column_header  text,        -- The file's own line of column names, repeated above its refused lines.
    request_key    text,        -- The idempotency key of the request that brought it.
    lines          bigint      NOT NULL,
    queued         bigint      NOT NULL,
    repeated       bigint      NOT NULL,
    refused        bigint      NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Where its lines lie in the queue, among others'; NULL if it brought none.
    window_no       bigint,
    first_intake_no bigint,
    last_intake_no  bigint,
    UNIQUE (client_id, content_sha256),
    UNIQUE (client_id, file_id),
    UNIQUE (client_id, request_key)
);

CREATE TABLE refused_lines (
    file_no        bigint NOT NULL REFERENCES submission_files DEFERRABLE INITIALLY DEFERRED,  -- The file's row comes last.
    line_no        bigint NOT NULL,
    submission_key text,
    raw            text   NOT NULL,
    fields         text[] NOT NULL,  -- Field, code and detail of each error stand at the same place of three arrays.
    codes          text[] NOT NULL,
    details        text[] NOT NULL,
    PRIMARY KEY (file_no, line_no)
);

CREATE TABLE submissions (
    intake_no      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    window_no      bigint      NOT NULL,
    client_id      integer     NOT NULL,
    submission_key text        NOT NULL,
    submission_id  uuid        NOT NULL,
    kind           smallint    NOT NULL CHECK (kind BETWEEN 1 AND 8),
    by_operator    boolean     NOT NULL,
    received_at    timestamptz NOT NULL,
    file_no        bigint,
    content_digest bytea       NOT NULL,
    account_id     uuid        NOT NULL,
    -- What the kinds have, under the names on the wire.
    resource_id          text,
    gpu_ms               bigint CHECK (gpu_ms > 0),
    mode                 text,
    metered_from         timestamptz,
    metered_to           timestamptz,
    task_id              text,
    reward_utoken        bigint CHECK (reward_utoken > 0),
    capability           text,
    due_at               timestamptz,
    agent_account        uuid,
    result_sha256        bytea,
    compute_class        text,
    side                 text,
    order_type           text,
    lots                 bigint CHECK (lots > 0),
    limit_utoken_per_lot bigint CHECK (limit_utoken_per_lot > 0),
    time_in_force        text,
    good_through         date,
    cancelled_key        text,
    service              text,
    model                text,
    used_at              timestamptz,
    input_tokens         bigint CHECK (input_tokens >= 0),
    output_tokens        bigint CHECK (output_tokens >= 0),
    price_version        text,
    amount_utoken        bigint CHECK (amount_utoken >= 0),
    to_account           uuid,
    memo_hash            bytea,
    reversed_submission  uuid,
    approval_id          uuid,
    take_from_suspense   boolean,
    hold_until           date,
    UNIQUE (client_id, submission_key)
);
CREATE INDEX submissions_window ON submissions (window_no, intake_no);
CREATE INDEX submissions_id ON submissions USING hash (submission_id);

-- How many submissions of a kind each statement added to a window, so that the close need not count them again.
CREATE TABLE window_additions (
    window_no bigint   NOT NULL,
    kind      smallint NOT NULL,
    added     bigint   NOT NULL CHECK (added > 0)
);
CREATE INDEX window_additions_window ON window_additions (window_no);

-- Free text, apart from the queue so that it can be erased; the queue holds its salted hash.
CREATE TABLE submission_texts (
    intake_no bigint PRIMARY KEY,
    memo      text   NOT NULL
);

-- Where a submission stands after a cycle that did something special about it; the newest row counts. A submission of a
-- published cycle without a row here is settled: exceptions are written down, not a million rows that say nothing.
CREATE TABLE submission_outcomes (
    intake_no   bigint NOT NULL,
    cycle       bigint NOT NULL,
    state       text   NOT NULL CHECK (state IN ('ADMITTED', 'HELD', 'SETTLED', 'REJECTED', 'CANCELLED', 'EXPIRED')),
    reason      text,
    detail      text   NOT NULL,
    hold_until  date,
    filled_lots bigint NOT NULL,
    open_lots   bigint NOT NULL,
    PRIMARY KEY (intake_no, cycle)
);
CREATE INDEX submission_outcomes_cycle ON submission_outcomes (cycle);

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON submissions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON submission_files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
