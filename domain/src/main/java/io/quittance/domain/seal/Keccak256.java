package io.quittance.domain.seal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Keccak-256 with the original padding (byte 0x01), as Ethereum uses it. Not SHA3-256, which pads with 0x06.
 *
 * <p>Written here because hashing is the largest single cost of sealing and the JDK has only the padded successor. The
 * function is that of the Keccak reference, version 3.0: rate 1088 bits, capacity 512, 24 rounds.
 *
 * <p>The static methods are for the odd hash and may be called from any thread. An instance keeps its state array and so
 * allocates nothing per hash; it is <em>not</em> thread-safe: one per worker.
 */
public final class Keccak256 {

    /** Bytes absorbed per permutation; a message of up to {@code RATE - 1} bytes costs exactly one. */
    public static final int RATE = 136;

    private static final VarHandle LANE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int LANES_PER_BLOCK = RATE / Long.BYTES;

    private static final long[] ROUND_CONSTANTS = {
        0x0000000000000001L, 0x0000000000008082L, 0x800000000000808AL, 0x8000000080008000L,
        0x000000000000808BL, 0x0000000080000001L, 0x8000000080008081L, 0x8000000000008009L,
        0x000000000000008AL, 0x0000000000000088L, 0x0000000080008009L, 0x000000008000000AL,
        0x000000008000808BL, 0x800000000000008BL, 0x8000000000008089L, 0x8000000000008003L,
        0x8000000000008002L, 0x8000000000000080L, 0x000000000000800AL, 0x800000008000000AL,
        0x8000000080008081L, 0x8000000000008080L, 0x0000000080000001L, 0x8000000080008008L
    };

    private final long[] state = new long[25];

    /** The 32-byte hash of {@code input}, of any length. */
    public static byte[] hash(byte[] input) {
        byte[] output = new byte[Hash32.LENGTH];
        new Keccak256().hash(input, 0, input.length, output, 0);
        return output;
    }

    /** {@link #hash(byte[])} as a value. */
    public static Hash32 of(byte[] input) {
        return Hash32.of(hash(input));
    }

    /** The hash of the UTF-8 bytes of {@code text}: for tags and domain names. */
    public static Hash32 of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Hashes {@code length} bytes of {@code input} and writes 32 bytes to {@code output}. The two ranges may overlap:
     * all input is read before the first byte is written.
     *
     * @throws IndexOutOfBoundsException if a range is not within its array
     */
    public void hash(byte[] input, int offset, int length, byte[] output, int outputOffset) {
        Objects.checkFromIndexSize(offset, length, input.length);
        Objects.checkFromIndexSize(outputOffset, Hash32.LENGTH, output.length);
        Arrays.fill(state, 0);
        int at = offset;
        int left = length;
        while (left >= RATE) {
            for (int lane = 0; lane < LANES_PER_BLOCK; lane++) {
                state[lane] ^= (long) LANE.get(input, at + lane * Long.BYTES);
            }
            permute(state);
            at += RATE;
            left -= RATE;
        }
        int lane = 0;
        for (; left >= Long.BYTES; left -= Long.BYTES, at += Long.BYTES) {
            state[lane++] ^= (long) LANE.get(input, at);
        }
        long tail = 1L << (left * 8);
        for (int i = 0; i < left; i++) {
            tail |= (input[at + i] & 0xFFL) << (i * 8);
        }
        state[lane] ^= tail;
        state[LANES_PER_BLOCK - 1] ^= Long.MIN_VALUE;
        permute(state);
        squeeze(output, outputOffset);
    }

    /**
     * Hashes the 64 bytes made of the 32 at {@code first} and the 32 at {@code second}: a node from its children. One
     * permutation. The output may lie on either input.
     */
    void hashPair(byte[] first, int firstOffset, byte[] second, int secondOffset, byte[] output, int outputOffset) {
        for (int lane = 0; lane < 4; lane++) {
            state[lane] = (long) LANE.get(first, firstOffset + lane * Long.BYTES);
            state[lane + 4] = (long) LANE.get(second, secondOffset + lane * Long.BYTES);
        }
        state[8] = 1;
        Arrays.fill(state, 9, 25, 0);
        state[LANES_PER_BLOCK - 1] = Long.MIN_VALUE;
        permute(state);
        squeeze(output, outputOffset);
    }

    private void squeeze(byte[] output, int offset) {
        for (int lane = 0; lane < 4; lane++) {
            LANE.set(output, offset + lane * Long.BYTES, state[lane]);
        }
    }

    /** Keccak-f[1600], each round unrolled over the 25 lanes; lane {@code x + 5 * y} is the reference's A[x, y]. */
    private static void permute(long[] state) {
        long a0 = state[0];
        long a1 = state[1];
        long a2 = state[2];
        long a3 = state[3];
        long a4 = state[4];
        long a5 = state[5];
        long a6 = state[6];
        long a7 = state[7];
        long a8 = state[8];
        long a9 = state[9];
        long a10 = state[10];
        long a11 = state[11];
        long a12 = state[12];
        long a13 = state[13];
        long a14 = state[14];
        long a15 = state[15];
        long a16 = state[16];
        long a17 = state[17];
        long a18 = state[18];
        long a19 = state[19];
        long a20 = state[20];
        long a21 = state[21];
        long a22 = state[22];
        long a23 = state[23];
        long a24 = state[24];
        for (long roundConstant : ROUND_CONSTANTS) {
            long c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            long c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            long c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            long c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            long c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            long d0 = c4 ^ Long.rotateLeft(c1, 1);
            long d1 = c0 ^ Long.rotateLeft(c2, 1);
            long d2 = c1 ^ Long.rotateLeft(c3, 1);
            long d3 = c2 ^ Long.rotateLeft(c4, 1);
            long d4 = c3 ^ Long.rotateLeft(c0, 1);

            long b0 = a0 ^ d0;
            long b10 = Long.rotateLeft(a1 ^ d1, 1);
            long b20 = Long.rotateLeft(a2 ^ d2, 62);
            long b5 = Long.rotateLeft(a3 ^ d3, 28);
            long b15 = Long.rotateLeft(a4 ^ d4, 27);
            long b16 = Long.rotateLeft(a5 ^ d0, 36);
            long b1 = Long.rotateLeft(a6 ^ d1, 44);
            long b11 = Long.rotateLeft(a7 ^ d2, 6);
            long b21 = Long.rotateLeft(a8 ^ d3, 55);
            long b6 = Long.rotateLeft(a9 ^ d4, 20);
            long b7 = Long.rotateLeft(a10 ^ d0, 3);
            long b17 = Long.rotateLeft(a11 ^ d1, 10);
            long b2 = Long.rotateLeft(a12 ^ d2, 43);
            long b12 = Long.rotateLeft(a13 ^ d3, 25);
            long b22 = Long.rotateLeft(a14 ^ d4, 39);
            long b23 = Long.rotateLeft(a15 ^ d0, 41);
            long b8 = Long.rotateLeft(a16 ^ d1, 45);
            long b18 = Long.rotateLeft(a17 ^ d2, 15);
            long b3 = Long.rotateLeft(a18 ^ d3, 21);
            long b13 = Long.rotateLeft(a19 ^ d4, 8);
            long b14 = Long.rotateLeft(a20 ^ d0, 18);
            long b24 = Long.rotateLeft(a21 ^ d1, 2);
            long b9 = Long.rotateLeft(a22 ^ d2, 61);
            long b19 = Long.rotateLeft(a23 ^ d3, 56);
            long b4 = Long.rotateLeft(a24 ^ d4, 14);

            a0 = b0 ^ (~b1 & b2) ^ roundConstant;
            a1 = b1 ^ (~b2 & b3);
            a2 = b2 ^ (~b3 & b4);
            a3 = b3 ^ (~b4 & b0);
            a4 = b4 ^ (~b0 & b1);
            a5 = b5 ^ (~b6 & b7);
            a6 = b6 ^ (~b7 & b8);
            a7 = b7 ^ (~b8 & b9);
            a8 = b8 ^ (~b9 & b5);
            a9 = b9 ^ (~b5 & b6);
            a10 = b10 ^ (~b11 & b12);
            a11 = b11 ^ (~b12 & b13);
            a12 = b12 ^ (~b13 & b14);
            a13 = b13 ^ (~b14 & b10);
            a14 = b14 ^ (~b10 & b11);
            a15 = b15 ^ (~b16 & b17);
            a16 = b16 ^ (~b17 & b18);
            a17 = b17 ^ (~b18 & b19);
            a18 = b18 ^ (~b19 & b15);
            a19 = b19 ^ (~b15 & b16);
            a20 = b20 ^ (~b21 & b22);
            a21 = b21 ^ (~b22 & b23);
            a22 = b22 ^ (~b23 & b24);
            a23 = b23 ^ (~b24 & b20);
            a24 = b24 ^ (~b20 & b21);
        }
        state[0] = a0;
        state[1] = a1;
        state[2] = a2;
        state[3] = a3;
        state[4] = a4;
        state[5] = a5;
        state[6] = a6;
        state[7] = a7;
        state[8] = a8;
        state[9] = a9;
        state[10] = a10;
        state[11] = a11;
        state[12] = a12;
        state[13] = a13;
        state[14] = a14;
        state[15] = a15;
        state[16] = a16;
        state[17] = a17;
        state[18] = a18;
        state[19] = a19;
        state[20] = a20;
        state[21] = a21;
        state[22] = a22;
        state[23] = a23;
        state[24] = a24;
    }
}
