package io.quittance.domain.seal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The salts of one cycle's entries. Made by {@link BankSecret#forCycle}; the same secret, cycle and entry always give the
 * same salts, so that a replay gives the same root.
 *
 * <p>An entry has three salts of 16 bytes: one that blinds the record and one for each account. They are blocks of the
 * AES-256 keystream in counter mode under the cycle's key: with counter blocks read as 128-bit numbers, big-endian, block
 * {@code 4 * seq} is the entry's salt, {@code 4 * seq + 1} that of the account it goes from, {@code 4 * seq + 2} that of the
 * account it goes to; {@code 4 * seq + 3} is not used. The counters never repeat within a cycle, and to tell the blocks from
 * random ones is to break AES.
 *
 * <p>Immutable and thread-safe; {@link EntrySealer} is the fast way through many entries.
 */
public final class CycleSecret {

    /** Blocks of keystream that belong to one entry. */
    static final int BLOCKS_PER_ENTRY = 4;

    /** Bytes of keystream that belong to one entry. */
    static final int BYTES_PER_ENTRY = BLOCKS_PER_ENTRY * Bytes16.LENGTH;

    /** Where the salts of an entry lie in its stretch of keystream. */
    static final int ENTRY_SALT = 0;

    static final int FROM_SALT = 16;
    static final int TO_SALT = 32;

    private final SecretKeySpec key;

    CycleSecret(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /**
     * The record of an entry as it is sealed: both accounts hashed under their salts, and the entry's own salt.
     *
     * @throws IllegalArgumentException if a field is out of the range that {@link EntryRecord} allows
     */
    public EntryRecord record(long seq, UUID from, UUID to, long amount, long asset, int type, Instant cutOff) {
        byte[] salts = keystream(seq);
        return new EntryRecord(
                seq,
                new AccountOpening(from, Bytes16.read(salts, FROM_SALT)).hash(),
                new AccountOpening(to, Bytes16.read(salts, TO_SALT)).hash(),
                BigInteger.valueOf(amount),
                asset,
                type,
                cutOff,
                Bytes16.read(salts, ENTRY_SALT));
    }

    /** What shows that entry {@code seq} goes from {@code account}; give it only to who may know. */
    public AccountOpening openFrom(long seq, UUID account) {
        return new AccountOpening(account, Bytes16.read(keystream(seq), FROM_SALT));
    }

    /** What shows that entry {@code seq} goes to {@code account}; give it only to who may know. */
    public AccountOpening openTo(long seq, UUID account) {
        return new AccountOpening(account, Bytes16.read(keystream(seq), TO_SALT));
    }

    private byte[] keystream(long seq) {
        byte[] salts = new byte[BYTES_PER_ENTRY];
        keystream(cipher(), seq, salts);
        return salts;
    }

    /** A cipher for {@link #keystream(Cipher, long, byte[])}: not thread-safe, so each worker has its own. */
    static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/CTR/NoPadding");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has AES", missing);
        }
    }

    /**
     * Fills {@code target}, a multiple of 64 bytes, with the keystream of the entries from {@code firstSeq} on.
     *
     * @throws IllegalArgumentException if {@code firstSeq} is below 1
     */
    void keystream(Cipher cipher, long firstSeq, byte[] target) {
        if (firstSeq < 1) {
            throw new IllegalArgumentException("entries are numbered from 1, not " + firstSeq);
        }
        byte[] counter = ByteBuffer.allocate(Bytes16.LENGTH)
                .putLong(firstSeq >>> 62)
                .putLong(firstSeq << 2)
                .array();
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
            Arrays.fill(target, (byte) 0);
            int written = cipher.doFinal(target, 0, target.length, target, 0);
            assert written == target.length : "counter mode keeps the length";
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("AES in counter mode failed", broken);
        }
    }

    @Override
    public String toString() {
        return "CycleSecret[]";
    }
}
