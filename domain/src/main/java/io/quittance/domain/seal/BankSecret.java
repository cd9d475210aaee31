package io.quittance.domain.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret from which all salts of a bank come, in one version. Who holds it can compute every salt; who does not
 * learns nothing of an account or an amount from a published hash.
 *
 * <p>Immutable and thread-safe. {@link #toString} names the version only. Old versions are kept as long as entries
 * sealed under them are to be opened: the header says which version a cycle used.
 */
public final class BankSecret {

    /** Fewer bytes than the hash's own strength would be the weakest point. */
    public static final int MIN_LENGTH = 32;

    private static final byte[] CYCLE_LABEL = "quittance/cycle/v1".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TEXT_LABEL = "quittance/text/v1".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WEBHOOK_LABEL = "quittance/webhook/v1".getBytes(StandardCharsets.UTF_8);

    private final int version;
    private final SecretKeySpec key;

    /**
     * @param version the header's {@code secretVersion}; 0..65535
     * @param bytes at least 32 bytes of a random source; copied
     * @throws IllegalArgumentException if the version is out of range or there are too few bytes
     */
    public BankSecret(int version, byte[] bytes) {
        if (version < 0 || version > 0xFFFF) {
            throw new IllegalArgumentException("secret version must be 0..65535, not " + version);
        }
        if (bytes.length < MIN_LENGTH) {
            throw new IllegalArgumentException("a bank secret has at least 32 bytes, not " + bytes.length);
        }
        this.version = version;
        this.key = new SecretKeySpec(bytes, "HmacSHA256");
    }

    public int version() {
        return version;
    }

    /**
     * The key of one cycle: HMAC-SHA256(bank secret, "quittance/cycle/v1" ‖ cycle as u64 big-endian). One cycle's key
     * tells nothing of another's, so a cycle can be opened to an auditor without opening the rest.
     *
     * @throws IllegalArgumentException if {@code cycle} is below 1
     */
    public CycleSecret forCycle(long cycle) {
        if (cycle < 1) {
            throw new IllegalArgumentException("cycles are numbered from 1, not " + cycle);
        }
        return new CycleSecret(mac(CYCLE_LABEL, ByteBuffer.allocate(Long.BYTES).putLong(cycle)));
    }

    /** Salts the hashes that stand for free text; says nothing about the keys of cycles. 32 bytes. */
    public byte[] textSalt() {
        return mac(TEXT_LABEL, ByteBuffer.allocate(0));
    }

    /**
     * The key that signs the messages to one webhook, in one version: HMAC-SHA256(bank secret, "quittance/webhook/v1" ‖
     * number as u64 ‖ version as u32, big-endian). So it need not be stored. 32 bytes.
     *
     * @throws IllegalArgumentException if either is below 1
     */
    public byte[] webhookKey(long number, int version) {
        if (number < 1 || version < 1) {
            throw new IllegalArgumentException(
                    "webhooks and their secrets are numbered from 1, not " + number + " and " + version);
        }
        return mac(
                WEBHOOK_LABEL,
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(number).putInt(version));
    }

    private byte[] mac(byte[] label, ByteBuffer of) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(label);
            return mac.doFinal(of.array());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has HmacSHA256", missing);
        }
    }

    @Override
    public String toString() {
        return "BankSecret[version=" + version + "]";
    }
}
