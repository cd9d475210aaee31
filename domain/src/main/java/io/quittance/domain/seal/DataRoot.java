package io.quittance.domain.seal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The Merkle root over the sixteen numbered slots of a cycle's data, the header's {@code dataRoot}. With it, one slot can be
 * shown to an auditor, or published, without the others.
 *
 * <p>A full tree of four levels, directed by position: a leaf is keccak256(0x00 ‖ number of the slot, u8 ‖ hash of the slot),
 * a node keccak256(0x01 ‖ left ‖ right). The first byte keeps the two apart, the number ties a hash to its slot. The hash of
 * a slot is that of {@link SlotDigest}, or {@link #EMPTY_SLOT}. Immutable.
 */
public final class DataRoot {

    public static final int SLOTS = 16;

    /** The hash of a slot with nothing in it: keccak256("quittance/slot/empty/v1"). */
    public static final Hash32 EMPTY_SLOT = Keccak256.of("quittance/slot/empty/v1");

    private static final int LEVELS = 4;
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    /** Numbered as a {@link Heap}: slot number {@code i} is node {@code 16 + i}. */
    private final Hash32[] nodes = new Hash32[2 * SLOTS];

    private DataRoot(Map<Slot, Hash32> slots) {
        Arrays.fill(nodes, Hash32.ZERO);
        for (int number = 0; number < SLOTS; number++) {
            nodes[SLOTS + number] = leaf(number, EMPTY_SLOT);
        }
        slots.forEach((slot, hash) -> nodes[SLOTS + slot.number()] = leaf(slot.number(), hash));
        for (int node = SLOTS - 1; node >= 1; node--) {
            nodes[node] = node(nodes[2 * node], nodes[2 * node + 1]);
        }
    }

    /** @param slots hash by slot; a slot that is not named is empty */
    public static DataRoot of(Map<Slot, Hash32> slots) {
        return new DataRoot(slots);
    }

    public Hash32 root() {
        return nodes[1];
    }

    /** The four siblings on the way from {@code slot} to the root, lowest first. */
    public List<Hash32> proof(Slot slot) {
        List<Hash32> siblings = new ArrayList<>(LEVELS);
        for (long at = SLOTS + slot.number(); at > 1; at = Heap.parent(at)) {
            siblings.add(nodes[(int) Heap.sibling(at)]);
        }
        return List.copyOf(siblings);
    }

    /** Whether {@code siblings} show that {@code slot} has the hash {@code hash} under {@code root}. */
    public static boolean proves(Slot slot, Hash32 hash, List<Hash32> siblings, Hash32 root) {
        if (siblings.size() != LEVELS) {
            return false;
        }
        Hash32 node = leaf(slot.number(), hash);
        long at = SLOTS + slot.number();
        for (Hash32 sibling : siblings) {
            boolean isLeftChild = at % 2 == 0;
            node = isLeftChild ? node(node, sibling) : node(sibling, node);
            at = Heap.parent(at);
        }
        return node.equals(root);
    }

    private static Hash32 leaf(int number, Hash32 hash) {
        byte[] preimage = new byte[2 + Hash32.LENGTH];
        preimage[0] = LEAF;
        preimage[1] = (byte) number;
        hash.copyTo(preimage, 2);
        return Keccak256.of(preimage);
    }

    private static Hash32 node(Hash32 left, Hash32 right) {
        byte[] preimage = new byte[1 + 2 * Hash32.LENGTH];
        preimage[0] = NODE;
        left.copyTo(preimage, 1);
        right.copyTo(preimage, 1 + Hash32.LENGTH);
        return Keccak256.of(preimage);
    }
}
