package io.quittance.domain.seal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

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
 * @param businessDate the date the cycle belongs to, in the years 1..9999, on the wire as the number yyyymmdd
 * @param cutOff the instant that closed the window, in whole microseconds and not before 1970, on the wire in microseconds since 1970-01-01T00:00:00Z
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
        if (rulesVersion < 0 || rulesVersion > 0xFFFF || secretVersion < 0 || secretVersion > 0xFFFF) {
            throw new IllegalArgumentException("rules and secret versions must be 0..65535");
        }
        if (businessDate.getYear() < 1 || businessDate.getYear() > 9999) {
            throw new IllegalArgumentException("no date of four digits: " + businessDate);
        }
        Micros.of(cutOff);
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

    /** keccak256 of the canonical bytes: what the registry stores, and the next header's {@code prevHash}. */
    public Hash32 hash() {
        return Keccak256.of(encode());
    }

    /**
     * Reads what {@link #encode()} writes, and nothing else.
     *
     * @throws IllegalArgumentException if these are not the canonical bytes of a header of version 1
     */
    public static SealHeader decode(byte[] bytes) {
        if (bytes.length != ENCODED_LENGTH) {
            throw new IllegalArgumentException("a header has " + ENCODED_LENGTH + " bytes, not " + bytes.length);
        }
        Words words = new Words(bytes);
        return new SealHeader(
                words.nextInt(),
                words.nextInt(),
                words.nextInt(),
                words.nextLong(),
                toDate(words.nextInt()),
                Micros.toInstant(words.nextLong()),
                words.nextLong(),
                words.nextLong(),
                words.nextLong(),
                words.nextUnsigned(),
                words.nextLong(),
                words.nextLong(),
                words.nextHash(),
                words.nextHash(),
                words.nextHash(),
                words.nextHash());
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
        return Micros.of(cutOff);
    }

    /** @throws IllegalArgumentException if the number yyyymmdd is no date */
    static LocalDate toDate(int number) {
        try {
            return LocalDate.of(number / 10_000, number / 100 % 100, number % 100);
        } catch (DateTimeException noDate) {
            throw new IllegalArgumentException("not a date yyyymmdd: " + number, noDate);
        }
    }

    /** The words of an encoded header, one after the other; each must fit the type that is asked for. */
    private static final class Words {

        private final byte[] bytes;
        private int at = 0;

        Words(byte[] bytes) {
            this.bytes = bytes;
        }

        Hash32 nextHash() {
            Hash32 word = Hash32.of(bytes, at, Hash32.LENGTH);
            at += Hash32.LENGTH;
            return word;
        }

        BigInteger nextUnsigned() {
            return new BigInteger(1, nextHash().bytes());
        }

        long nextLong() {
            return fitting(Long.MAX_VALUE).longValue();
        }

        int nextInt() {
            return fitting(Integer.MAX_VALUE).intValue();
        }

        private BigInteger fitting(long max) {
            BigInteger word = nextUnsigned();
            if (word.compareTo(BigInteger.valueOf(max)) > 0) {
                throw new IllegalArgumentException("the word before byte " + at + " is too large: " + word);
            }
            return word;
        }
    }

    private static void putWord(ByteBuffer out, long unsigned) {
        out.putLong(0).putLong(0).putLong(0).putLong(unsigned);
    }
}
