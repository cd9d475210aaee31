package io.quittance.domain.auction;

import io.quittance.domain.seal.Hash32;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over the canonical bytes of a round's input and of its output.
 *
 * <p>All integers are big-endian and signed. Orders stand by ascending intake number, so the order of insertion leaves no
 * trace. The layouts are frozen; another layout gets another tag.
 *
 * <pre>
 * input                                        output
 * 0   tag "QAI1"           4                   0   tag "QAO1"             4
 * 4   tickValue            8                   4   price                  8
 * 12  bandLo               8                   12  volume                 8
 * 20  bandHi               8                   20  demandAtPrice          8
 * 28  reference            8                   28  supplyAtPrice          8
 * 36  priceRule            1                   36  surplus                8
 * 37  capBps               4                   44  plateauLo              8
 * 41  allocation           1                   52  plateauHi              8
 * 42  selfTradePrevention  1                   60  decidedBy              1
 * 43  number of orders     8                   61  referenceBefore        8
 * 51  orders of 37 bytes:                      69  bestBid                8
 *     0   seq              8                   77  bestAsk                8
 *     8   carriedSince     8                   85  notional               8
 *     16  limit, 0 market  8                   93  nettedSelfTradeVolume  8
 *     24  lots             8                   101 filledFully            8
 *     32  group            4                   109 filledPartly           8
 *     36  1 sell, 2 market 1 (3 both)          117 number of orders       8
 *                                              125 orders of 24 bytes:
 *                                                  0  seq                 8
 *                                                  8  fill                8
 *                                                  16 selfTradeCancelled  8
 * </pre>
 */
final class AuctionHash {

    /** Larger than any header or order, small enough to stay in the nearest cache. */
    private static final int CHUNK = 1 << 14;

    private static final int INPUT_ORDER = 37;
    private static final int OUTPUT_ORDER = 24;

    private final MessageDigest digest = sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK);

    private AuctionHash() {}

    static Hash32 ofInput(AuctionOrders orders, AuctionRules rules) {
        AuctionHash hash = new AuctionHash();
        ByteBuffer out = hash.buffer;
        out.put(ascii("QAI1"));
        out.putLong(rules.tickValue()).putLong(rules.bandLo()).putLong(rules.bandHi());
        out.putLong(rules.reference());
        out.put((byte) rules.priceRule().code()).putInt(rules.capBps());
        out.put((byte) rules.allocation().code());
        out.put((byte) rules.selfTradePrevention().code());
        out.putLong(orders.size());
        for (int k = 0; k < orders.size(); k++) {
            int i = orders.bySeq(k);
            hash.makeRoom(INPUT_ORDER);
            out.putLong(orders.seq[i]).putLong(orders.carriedSince[i]);
            out.putLong(orders.limitTicks[i]).putLong(orders.lots[i]);
            out.putInt(orders.group[i]).put(orders.kind[i]);
        }
        return hash.finish();
    }

    static Hash32 ofOutput(AuctionResult result, AuctionOrders orders) {
        AuctionHash hash = new AuctionHash();
        ByteBuffer out = hash.buffer;
        out.put(ascii("QAO1"));
        out.putLong(result.price()).putLong(result.volume());
        out.putLong(result.demandAtPrice()).putLong(result.supplyAtPrice()).putLong(result.surplus());
        out.putLong(result.plateauLo()).putLong(result.plateauHi());
        out.put((byte) result.decidedBy().code()).putLong(result.referenceBefore());
        out.putLong(result.bestBid()).putLong(result.bestAsk());
        out.putLong(result.notional()).putLong(result.nettedSelfTradeVolume());
        out.putLong(result.filledFully()).putLong(result.filledPartly()).putLong(result.ordersIn());
        for (int k = 0; k < orders.size(); k++) {
            int i = orders.bySeq(k);
            hash.makeRoom(OUTPUT_ORDER);
            out.putLong(orders.seq[i]).putLong(result.fill(i)).putLong(result.selfTradeCancelled(i));
        }
        return hash.finish();
    }

    private void makeRoom(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void flush() {
        digest.update(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    private Hash32 finish() {
        flush();
        return Hash32.of(digest.digest());
    }

    private static byte[] ascii(String tag) {
        return tag.getBytes(StandardCharsets.US_ASCII);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
