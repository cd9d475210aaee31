package io.quittance.domain.intake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** A submission's identifier, derived from who sent it and its key, so that a retry meets itself. */
public final class SubmissionId {

    private SubmissionId() {}

    /** The first 16 bytes of SHA-256 over a fixed prefix, the client's name, a zero byte and the key; version 8 (RFC 9562). */
    public static UUID of(String client, String submissionKey) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update("quittance/submission/v1\0".getBytes(StandardCharsets.UTF_8));
            sha256.update(client.getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
            sha256.update(submissionKey.getBytes(StandardCharsets.UTF_8));
            ByteBuffer bytes = ByteBuffer.wrap(sha256.digest());
            long high = (bytes.getLong() & ~0xF000L) | 0x8000L;
            long low = (bytes.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
            return new UUID(high, low);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
