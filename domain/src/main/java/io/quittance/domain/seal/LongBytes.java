package io.quittance.domain.seal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian numbers in byte arrays, without an object between. */
final class LongBytes {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private LongBytes() {}

    static long get(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset);
    }

    static void put(byte[] bytes, int offset, long value) {
        LONG.set(bytes, offset, value);
    }

    static void putInt(byte[] bytes, int offset, int value) {
        INT.set(bytes, offset, value);
    }

    /** Compares 32 bytes of each array, unsigned. */
    static int compare32(byte[] left, int leftOffset, byte[] right, int rightOffset) {
        for (int word = 0; word < Hash32.LENGTH; word += Long.BYTES) {
            int order = Long.compareUnsigned(get(left, leftOffset + word), get(right, rightOffset + word));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
