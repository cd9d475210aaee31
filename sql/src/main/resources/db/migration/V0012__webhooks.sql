-- Who is told by itself: the addresses of clients, the messages to them, and how each attempt went. A signing secret is not
-- here: it follows from the bank's secret, the webhook's number and the secret's version.

CREATE TABLE webhooks (
    webhook_no     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id      integer     NOT NULL REFERENCES clients,
    url            text        NOT NULL CHECK (length(url) <= 2000),
    events         text[]      NOT NULL CHECK (cardinality(events) > 0),
    from_cycle     bigint      NOT NULL,  -- Of cycles before it nothing is told.
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    added_by       integer     NOT NULL REFERENCES clients,
    asked_as       text        NOT NULL,
    secret_version integer     NOT NULL DEFAULT 1,
    former_until   timestamptz,           -- Until then the secret before signs, too.
    ended_at       timestamptz,
    changed_by     integer     REFERENCES clients,
    UNIQUE (added_by, asked_as)
);
CREATE INDEX webhooks_client ON webhooks (client_id);

-- Each thing is told once to each webhook; "about" says which.
CREATE TABLE webhook_messages (
    message_no bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_no bigint      NOT NULL REFERENCES webhooks,
    message_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    event      text        NOT NULL,
    about      text        NOT NULL,
    payload    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state      text        NOT NULL DEFAULT 'DUE' CHECK (state IN ('DUE', 'DELIVERED', 'FAILED')),
    attempts   integer     NOT NULL DEFAULT 0,  -- Since it last became due.
    next_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (webhook_no, event, about)
);
CREATE INDEX webhook_messages_due ON webhook_messages (webhook_no, next_at, message_no) WHERE state = 'DUE';
CREATE INDEX webhook_messages_log ON webhook_messages (webhook_no, message_no);
CREATE INDEX webhook_messages_old ON webhook_messages (created_at);

CREATE TABLE webhook_attempts (
    message_no   bigint      NOT NULL REFERENCES webhook_messages ON DELETE CASCADE,
    attempted_at timestamptz NOT NULL,
    status       integer,  -- NULL: no answer.
    trouble      text,     -- NULL: delivered.
    millis       bigint    NOT NULL
);
CREATE INDEX webhook_attempts_message ON webhook_attempts (message_no, attempted_at);

-- How far it has been told: the last cycle that was published, and the last one that is final on the chain.
CREATE TABLE webhook_progress (
    is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
    told_cycle  bigint  NOT NULL,
    told_final  bigint  NOT NULL
);
INSERT INTO webhook_progress (told_cycle, told_final) VALUES (0, 0);

-- Likewise of the result files in the clients' outboxes.
CREATE TABLE file_progress (
    is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
    told_cycle  bigint  NOT NULL
);
INSERT INTO file_progress (told_cycle) VALUES (0);

CREATE INDEX submission_files_window ON submission_files (window_no);
CREATE INDEX reconciliation_checks_breaks ON reconciliation_checks (cycle) WHERE verdict = 'BREAK';

-- An instant as messages write it.
CREATE FUNCTION webhook_time(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
