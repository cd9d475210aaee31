-- Chain commits: what is due, which transactions were signed for it, and where they are in the chain.
--
-- chain_commits has a row per sealed cycle, put there by the seal itself. chain_committers has a row per key: who may
-- work for it, and our own count of its nonces. A nonce belongs to one cycle (chain_transactions) and may have several
-- signed transactions (chain_attempts), each offering more than the one before. Signed bytes are stored before they are
-- sent and are never changed or deleted: on restart exactly they are sent again.
--
-- The application may not change a header, a nonce's cycle or signed bytes; it has no right to (V0060__privileges.sql).

CREATE TABLE chain_commits (
    cycle            bigint      PRIMARY KEY CHECK (cycle >= 1),
    header           bytea       NOT NULL CHECK (octet_length(header) = 512),
    state            text        NOT NULL DEFAULT 'DUE'
                     CHECK (state IN ('DUE', 'PREPARED', 'SENT', 'MINED', 'FINAL', 'CONFLICT', 'PARKED')),
    version          bigint      NOT NULL DEFAULT 0 CHECK (version >= 0),
    header_hash      bytea       CHECK (octet_length(header_hash) = 32),
    transaction_hash bytea       CHECK (octet_length(transaction_hash) = 32),
    block_number     bigint      CHECK (block_number >= 0),
    block_hash       bytea       CHECK (octet_length(block_hash) = 32),
    gas_used         bigint      CHECK (gas_used >= 0),
    succeeded        boolean,
    remark           text,
    recorded_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    final_at         timestamptz,
    CONSTRAINT chain_commits_block_is_whole
        CHECK (num_nonnulls(transaction_hash, block_number, block_hash, gas_used, succeeded) IN (0, 5)),
    CONSTRAINT chain_commits_mined_has_a_block
        CHECK (state NOT IN ('MINED', 'FINAL') OR (block_number IS NOT NULL AND header_hash IS NOT NULL)),
    CONSTRAINT chain_commits_waiting_has_none
        CHECK (state NOT IN ('DUE', 'PREPARED', 'SENT', 'PARKED') OR block_number IS NULL),
    CONSTRAINT chain_commits_final_has_a_time CHECK ((state = 'FINAL') = (final_at IS NOT NULL))
);

-- The follower asks for what is not final, which is a handful of many rows.
CREATE INDEX chain_commits_open ON chain_commits (cycle) WHERE state <> 'FINAL';

CREATE TABLE chain_committers (
    chain_id    bigint      NOT NULL CHECK (chain_id >= 1),
    sender      bytea       NOT NULL CHECK (octet_length(sender) = 20),
    registry    bytea       NOT NULL CHECK (octet_length(registry) = 20),
    next_nonce  bigint      CHECK (next_nonce >= 0),
    lease_owner text        NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (chain_id, sender)
);

CREATE TABLE chain_transactions (
    chain_id bigint NOT NULL,
    sender   bytea  NOT NULL,
    nonce    bigint NOT NULL CHECK (nonce >= 0),
    cycle    bigint NOT NULL REFERENCES chain_commits,
    PRIMARY KEY (chain_id, sender, nonce),
    UNIQUE (chain_id, sender, nonce, cycle),
    FOREIGN KEY (chain_id, sender) REFERENCES chain_committers
);

CREATE TABLE chain_attempts (
    cycle            bigint      NOT NULL,
    number           integer     NOT NULL CHECK (number >= 1),
    transaction_hash bytea       NOT NULL UNIQUE CHECK (octet_length(transaction_hash) = 32),
    chain_id         bigint      NOT NULL,
    sender           bytea       NOT NULL,
    nonce            bigint      NOT NULL,
    raw              bytea       NOT NULL CHECK (octet_length(raw) > 0),
    tip_wei          numeric(78) NOT NULL CHECK (tip_wei >= 0),
    fee_cap_wei      numeric(78) NOT NULL CHECK (fee_cap_wei >= tip_wei),
    gas_limit        bigint      NOT NULL CHECK (gas_limit > 0),
    signed_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at_block    bigint      CHECK (sent_at_block >= 0),
    sent_at          timestamptz,
    PRIMARY KEY (cycle, number),
    FOREIGN KEY (chain_id, sender, nonce, cycle) REFERENCES chain_transactions (chain_id, sender, nonce, cycle),
    CONSTRAINT chain_attempts_sent_is_whole CHECK ((sent_at_block IS NULL) = (sent_at IS NULL))
);
