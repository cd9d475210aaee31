package io.quittance.domain.seal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/**
 * The header of a sealed cycle, version 1: what is committed on chain, all of it and nothing else.
 *
 * <p>Frozen. {@link #encode()} is what Solidity's {@code abi.encode(header)} gives for the registry's struct of the
 * same fields in the same order: sixteen words of 32 bytes, big-endian.
 *
 * @param version layout of this header: 1
 * @param rulesVersion version of the rules by which the cycle was settled, frozen at cut-off; 0..65535
 * @param secretVersion version of the bank's secret from which the cycle's salts come; 0..65535
 * @param cycle the cycle's number, from 1 without gaps
 * @param businessDate the date the cycle belongs to, on the wire as the number yyyymmdd
 * @param cutOff the instant that closed the window, on the wire in microseconds since 1970-01-01T00:00:00Z
 * @param firstSeq sequence number of the first transfer; one more than the previous cycle's last
 * @param lastSeq sequence number of the last transfer; {@code firstSeq - 1} when the cycle has none
 * @param leafCount {@code lastSeq - firstSeq + 1}
 * @param total sum of the µToken transfers, a control figure; 0..2^128-1
 * @param refusedCount submissions that the cycle refused
 * @param heldCount submissions that the cycle left held
 * @param entryRoot root of the entry tree
 * @param dataRoot root over the numbered slots of the cycle's data
 * @param liabilities commitment to the liabilities sum tree, or zero
 * @param prevHash hash of the previous cycle's header; the registry's genesis hash for cycle 1
 */
public record SealHeader(
        int version,
        int rulesVersion,
        int secretVersion,
        long cycle,
        LocalDate businessDate,
        Instant cutOff,
        long firstSeq,
        long lastSeq,
        long leafCount,
        BigInteger total,
        long refusedCount,
        long heldCount,
        Hash32 entryRoot,
        Hash32 dataRoot,
        Hash32 liabilities,
        Hash32 prevHash) {

    public static final int VERSION = 1;

    /** Length of {@link #encode()} in bytes. */
    public static final int ENCODED_LENGTH = 16 * 32;

    /** @throws IllegalArgumentException if a field is out of its range or the counts contradict each other */
    public SealHeader {
        if (version != VERSION) {
            throw new IllegalArgumentException("header version must be 1, not " + version);
        }
        if (cycle < 1 || firstSeq < 1 || leafCount < 0 || refusedCount < 0 || heldCount < 0) {
            throw new IllegalArgumentException("cycle and firstSeq start at 1, counts at 0");
        }
        if (leafCount != lastSeq - firstSeq + 1) {
            throw new IllegalArgumentException(
                    "leafCount " + leafCount + " does not fit sequence numbers " + firstSeq + ".." + lastSeq);
        }
        if (total.signum() < 0 || total.bitLength() > 128) {
            throw new IllegalArgumentException("total must fit 128 bits: " + total);
        }
    }

    /** The 512 canonical bytes. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(ENCODED_LENGTH);
        for (long word : new long[] {version, rulesVersion, secretVersion, cycle, dateNumber(), cutOffMicros()}) {
            putWord(out, word);
        }
        for (long word : new long[] {firstSeq, lastSeq, leafCount}) {
            putWord(out, word);
        }
        byte[] totalBytes = total.toByteArray();
        byte[] totalWord = new byte[32];
        int significant = Math.min(totalBytes.length, 16);
        System.arraycopy(totalBytes, totalBytes.length - significant, totalWord, 32 - significant, significant);
        out.put(totalWord);
        putWord(out, refusedCount);
        putWord(out, heldCount);
        for (Hash32 hash : new Hash32[] {entryRoot, dataRoot, liabilities, prevHash}) {
            out.put(hash.bytes());
        }
        return out.array();
    }

    /** The business date as the number yyyymmdd. */
    public int dateNumber() {
        return businessDate.getYear() * 10_000 + businessDate.getMonthValue() * 100 + businessDate.getDayOfMonth();
    }

    /** The cut-off in microseconds since 1970. */
    public long cutOffMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, cutOff);
    }

    private static void putWord(ByteBuffer out, long unsigned) {
        out.putLong(0).putLong(0).putLong(0).putLong(unsigned);
    }
}
