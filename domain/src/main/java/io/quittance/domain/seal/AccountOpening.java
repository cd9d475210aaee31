package io.quittance.domain.seal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * What opens the hash by which an entry names an account: the account and the salt of this entry and side.
 *
 * <p>The hash is the first 16 bytes of SHA-256(salt ‖ account), both 16 bytes, the account's UUID big-endian. It hides the
 * account from who lacks the salt, and two entries of one account cannot be linked, as each side of each entry has its own
 * salt. That another account fits the same hash takes 2^128 tries for a hash already sealed; the bank itself, choosing
 * both beforehand, would need 2^64. SHA-256 and not Keccak, since no contract ever opens it, and processors have
 * instructions for it: a quarter of the time, twice for each entry.
 *
 * @param account the account's identifier
 * @param salt the salt of this entry and side
 */
public record AccountOpening(UUID account, Bytes16 salt) {

    /** The 16 bytes that stand in the record for this account. */
    public Bytes16 hash() {
        byte[] input = ByteBuffer.allocate(2 * Bytes16.LENGTH)
                .putLong(salt.high())
                .putLong(salt.low())
                .putLong(account.getMostSignificantBits())
                .putLong(account.getLeastSignificantBits())
                .array();
        return Bytes16.read(sha256().digest(input), 0);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    /** Without the salt, which is for the holder alone. */
    @Override
    public String toString() {
        return "AccountOpening[account=" + account + "]";
    }
}
