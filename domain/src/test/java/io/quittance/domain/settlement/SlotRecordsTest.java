package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.seal.SlotDigest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 11: the layout of every record, byte by byte. A change here changes what a sealed cycle's data root means. */
class SlotRecordsTest {

    private static final UUID ID = new UUID(-2, 3);

    private static Hash32 digest(Slot slot, byte[]... records) {
        var digest = new SlotDigest(slot);
        for (byte[] record : records) {
            digest.add(record);
        }
        return digest.finish();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void inputs() {
        var service = new ReferenceLine.Service("s", null);
        byte[] line = CanonicalContent.of(service, null);
        var cancel = new Submission.Cancel(ID, "k".repeat(255) + "日".repeat(255));
        byte[] content = CanonicalContent.of(cancel, null);
        Instant received = Instant.parse("2026-03-02T00:30:00.123456Z");
        var item = new Queued(5, ID, cancel, received, true, null, null);
        var records = new SlotRecords(Slot.INPUTS);
        records.reference(new ReferenceEntry(service, null, CanonicalContent.digest(line)));
        records.submission(item);
        assertThat(records.finish())
                .isEqualTo(digest(
                        Slot.INPUTS,
                        ByteBuffer.allocate(1 + line.length)
                                .put((byte) 1)
                                .put(line)
                                .array(),
                        ByteBuffer.allocate(26 + content.length)
                                .put((byte) 2)
                                .putLong(-2)
                                .putLong(3)
                                .put((byte) 1)
                                .putLong(received.getEpochSecond() * 1_000_000 + 123_456)
                                .put(content)
                                .array()));
    }

    @Test
    void parameters() {
        var records = new SlotRecords(Slot.PARAMETERS);
        records.parameters("größe");
        assertThat(records.finish()).isEqualTo(digest(Slot.PARAMETERS, text("größe")));
    }

    @Test
    void outcomes() {
        var until = LocalDate.of(2026, 3, 4);
        var records = new SlotRecords(Slot.OUTCOMES);
        records.outcome(ID, new Outcome(9, Outcome.State.HELD, Reason.FUNDS, "asked=∞", until, 7, 8));
        records.outcome(ID, "SETTLED", null, null, 1, 0, "");
        byte[] detail = text("asked=∞");
        assertThat(records.finish())
                .isEqualTo(digest(
                        Slot.OUTCOMES,
                        ByteBuffer.allocate(16 + 1 + 4 + 1 + 5 + 24 + detail.length)
                                .putLong(-2)
                                .putLong(3)
                                .put((byte) 4)
                                .put(text("HELD"))
                                .put((byte) 5)
                                .put(text("FUNDS"))
                                .putLong(until.toEpochDay())
                                .putLong(7)
                                .putLong(8)
                                .put(detail)
                                .array(),
                        ByteBuffer.allocate(16 + 1 + 7 + 1 + 24)
                                .putLong(-2)
                                .putLong(3)
                                .put((byte) 7)
                                .put(text("SETTLED"))
                                .put((byte) 0)
                                .putLong(0)
                                .putLong(1)
                                .putLong(0)
                                .array()));
    }

    @Test
    void transfers() {
        var records = new SlotRecords(Slot.TRANSFERS);
        records.transfer(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(records.finish())
                .isEqualTo(digest(
                        Slot.TRANSFERS,
                        ByteBuffer.allocate(54)
                                .putLong(1)
                                .putInt(2)
                                .putLong(3)
                                .putLong(4)
                                .putLong(5)
                                .putLong(6)
                                .putLong(7)
                                .put((byte) 8)
                                .put((byte) 9)
                                .array()));
    }

    @Test
    void pricesAndPositions() {
        byte[] record = ByteBuffer.allocate(52)
                .putInt(1)
                .putLong(2)
                .putLong(3)
                .putLong(4)
                .putLong(5)
                .putLong(6)
                .putLong(7)
                .array();
        var prices = new SlotRecords(Slot.PRICES);
        prices.round(1, 2, 3, 4, 5, 6, 7);
        assertThat(prices.finish()).isEqualTo(digest(Slot.PRICES, record));
        var positions = new SlotRecords(Slot.POSITIONS);
        positions.position(1, 2, 3, 4, 5, 6, 7);
        assertThat(positions.finish()).isEqualTo(digest(Slot.POSITIONS, record));
    }
}
