package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one byte form of what a line says, version 1: the content digest of a submission is the SHA-256 of it, and a cycle's
 * inputs are sealed over it. Frozen: a change of layout is a new version.
 *
 * <p>Layout: version byte, kind code byte, then the fields in the order of the kind's columns (without the key). A field
 * is a byte 0 if absent; else a byte 1 and: integers and instants (µs since 1970) 8 bytes, dates (days since 1970) 8
 * bytes, UUIDs 16 bytes, hashes 32 bytes, texts a 4-byte length and UTF-8 bytes; all big-endian. Free text (memo, name, reason)
 * is represented by its salted hash.
 */
public final class CanonicalContent {

    private static final byte VERSION = 1;

    private byte[] bytes = new byte[256];
    private int length;

    /** For many lines after another: {@link #write} uses the same bytes again. Not thread-safe. */
    public CanonicalContent() {}

    /**
     * @param memoHash the salted hash of the memo; null if there is none
     * @return the canonical bytes of a submission
     */
    public static byte[] of(Submission submission, @Nullable Hash32 memoHash) {
        var out = new CanonicalContent();
        out.write(submission, memoHash);
        return out.toBytes();
    }

    /** The bytes that the last {@link #write} wrote, from the first on; valid until the next one. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Writes the canonical bytes of a submission into {@link #bytes()} and answers how many there are.
     *
     * @param memoHash the salted hash of the memo; null if there is none
     */
    public int write(Submission submission, @Nullable Hash32 memoHash) {
        var out = this;
        out.start(submission.kind());
        switch (submission) {
            case Submission.ComputeDeposit d -> {
                out.uuid(d.accountId())
                        .text(d.resourceId())
                        .integer(d.gpuMs())
                        .text(d.mode().name());
                out.instant(d.meteredFrom()).instant(d.meteredTo()).date(d.holdUntil());
            }
            case Submission.TaskPublication p -> {
                out.uuid(p.accountId())
                        .text(p.taskId())
                        .integer(p.rewardUtoken())
                        .text(p.capability());
                out.instant(p.dueAt()).date(p.holdUntil());
            }
            case Submission.TaskCompletion c -> {
                out.uuid(c.accountId()).text(c.taskId()).uuid(c.agentAccount());
                out.hash(c.resultSha256()).date(c.holdUntil());
            }
            case Submission.Order o -> {
                out.uuid(o.accountId())
                        .text(o.computeClass())
                        .text(o.side().name())
                        .text(o.orderType().name());
                out.integer(o.lots()).integer(o.limitUtokenPerLot());
                out.text(o.timeInForce().name()).date(o.goodThrough());
            }
            case Submission.Cancel c -> out.uuid(c.accountId()).text(c.cancelledKey());
            case Submission.Spend s -> {
                out.uuid(s.accountId()).text(s.service()).text(s.model()).instant(s.usedAt());
                out.integer(s.inputTokens()).integer(s.outputTokens()).text(s.priceVersion());
                out.integer(s.amountUtoken())
                        .text(s.computeClass())
                        .integer(s.gpuMs())
                        .date(s.holdUntil());
            }
            case Submission.Transfer t -> {
                out.uuid(t.accountId()).uuid(t.toAccount()).integer(t.amountUtoken());
                out.hash(memoHash).date(t.holdUntil());
            }
            case Submission.Reversal r -> {
                out.uuid(r.reversedSubmission()).uuid(r.approvalId()).integer(r.takeFromSuspense() ? 1L : 0L);
            }
        }
        return length;
    }

    /** @param nameHash the salted hash of the line's free text; null if it has none */
    public static byte[] of(ReferenceLine line, @Nullable Hash32 nameHash) {
        var out = new CanonicalContent();
        out.start(line.kind());
        switch (line) {
            case ReferenceLine.OpenAccount a -> {
                out.uuid(a.accountId())
                        .uuid(a.partyId())
                        .text(a.accountType().name())
                        .uuid(a.ownerAccount());
                out.text(a.kycLevel().name()).integer(a.dailyLimitUtoken()).hash(nameHash);
            }
            case ReferenceLine.ComputeResource r ->
                out.text(r.resourceId())
                        .uuid(r.accountId())
                        .text(r.computeClass())
                        .integer((long) r.gpuCount());
            case ReferenceLine.Metering m ->
                out.text(m.resourceId())
                        .instant(m.meteredFrom())
                        .instant(m.meteredTo())
                        .integer(m.gpuMs());
            case ReferenceLine.Service s -> out.text(s.service()).uuid(s.payeeAccount());
            case ReferenceLine.Price p -> {
                out.text(p.service()).text(p.model()).text(p.priceVersion()).instant(p.effectiveFrom());
                out.integer(p.inputUtokenPerMtok()).integer(p.outputUtokenPerMtok());
            }
            case ReferenceLine.AccountEvent e -> {
                out.text(e.eventKey()).uuid(e.accountId()).text(e.change().name());
                out.text(e.kycLevel() == null ? null : e.kycLevel().name()).hash(nameHash);
            }
        }
        return out.toBytes();
    }

    /** The SHA-256 of canonical bytes: tells a harmless repeat from a conflicting reuse of a key. */
    public static Hash32 digest(byte[] canonical) {
        return Hash32.of(sha256().digest(canonical));
    }

    /**
     * Stands in for free text: SHA-256 of a salt and the text. The salt comes from the bank's secret and the line's own
     * name, so a repeat gives the same hash, and without the secret a short text cannot be guessed from it. When the text
     * is erased the hash remains and everything sealed over it stays valid.
     */
    public static Hash32 saltedHash(byte[] secret, String lineName, String text) {
        MessageDigest salt = sha256();
        salt.update("quittance/text/v1".getBytes(StandardCharsets.UTF_8));
        salt.update((byte) secret.length);
        salt.update(secret);
        salt.update(lineName.getBytes(StandardCharsets.UTF_8));
        MessageDigest hash = sha256();
        hash.update(salt.digest());
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        return Hash32.of(hash.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private void start(Kind kind) {
        length = 0;
        room(2);
        bytes[length++] = VERSION;
        bytes[length++] = (byte) kind.code();
    }

    private CanonicalContent integer(@Nullable Long value) {
        if (present(value, 8)) {
            long bits = java.util.Objects.requireNonNull(value);
            for (int shift = 56; shift >= 0; shift -= 8) {
                bytes[length++] = (byte) (bits >>> shift);
            }
        }
        return this;
    }

    private CanonicalContent integer(long value) {
        return integer(Long.valueOf(value));
    }

    private CanonicalContent instant(@Nullable Instant value) {
        return integer(value == null ? null : Long.valueOf(ChronoUnit.MICROS.between(Instant.EPOCH, value)));
    }

    private CanonicalContent date(@Nullable LocalDate value) {
        return integer(value == null ? null : Long.valueOf(value.toEpochDay()));
    }

    private CanonicalContent uuid(@Nullable UUID value) {
        if (present(value, 16)) {
            UUID id = java.util.Objects.requireNonNull(value);
            for (int shift = 56; shift >= 0; shift -= 8) {
                bytes[length++] = (byte) (id.getMostSignificantBits() >>> shift);
            }
            for (int shift = 56; shift >= 0; shift -= 8) {
                bytes[length++] = (byte) (id.getLeastSignificantBits() >>> shift);
            }
        }
        return this;
    }

    private CanonicalContent hash(@Nullable Hash32 value) {
        if (present(value, Hash32.LENGTH)) {
            java.util.Objects.requireNonNull(value).copyTo(bytes, length);
            length += Hash32.LENGTH;
        }
        return this;
    }

    private CanonicalContent text(@Nullable String value) {
        byte[] utf8 = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        if (present(utf8, utf8 == null ? 0 : 4 + utf8.length)) {
            byte[] content = java.util.Objects.requireNonNull(utf8);
            for (int shift = 24; shift >= 0; shift -= 8) {
                bytes[length++] = (byte) (content.length >>> shift);
            }
            System.arraycopy(content, 0, bytes, length, content.length);
            length += content.length;
        }
        return this;
    }

    private boolean present(@Nullable Object value, int size) {
        room(1 + size);
        bytes[length++] = (byte) (value == null ? 0 : 1);
        return value != null;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    private byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
