package io.quittance.domain.settlement;

import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.seal.SlotDigest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The records of one slot of a cycle's data root, as bytes: the same whether they come from a run in memory or from the rows
 * that it left. All numbers are big-endian. Intake numbers are in no record, only the order: a database may skip numbers
 * after a crash, and the root must not know.
 *
 * <ul>
 *   <li>INPUTS: each reference line (byte 1, canonical content); then each submission, phase by phase and within a phase in
 *       intake order (byte 2, submission id, operator byte, received at in µs, canonical content)
 *   <li>PARAMETERS: the parameters' text
 *   <li>OUTCOMES: in intake order, what is not plainly settled: submission id, state and reason as texts with a length byte,
 *       last hold date (days since 1970, 0 if none), filled and open lots, detail
 *   <li>TRANSFERS: seq, asset, from, to, amount, type, leg
 *   <li>PRICES: per instrument asset, price in ticks, volume, demand, supply, reference before and after
 *   <li>POSITIONS: by asset and the bytes of the account's id: asset, account, debits, credits, closing, reserved
 * </ul>
 *
 * <p>One use; not thread-safe.
 */
public final class SlotRecords {

    private static final byte REFERENCE_LINE = 1;
    private static final byte SUBMISSION = 2;

    private final SlotDigest digest;
    private final CanonicalContent content = new CanonicalContent();
    private byte[] bytes = new byte[512];
    private ByteBuffer record = ByteBuffer.wrap(bytes);

    public SlotRecords(Slot slot) {
        digest = new SlotDigest(slot);
    }

    /** Adds a reference line to INPUTS. */
    public void reference(ReferenceEntry entry) {
        byte[] line = CanonicalContent.of(entry.line(), entry.nameHash());
        begin(1 + line.length).put(REFERENCE_LINE).put(line);
        end();
    }

    /** Adds a submission to INPUTS. */
    public void submission(Queued item) {
        int length = content.write(item.submission(), item.memoHash());
        Instant received = item.receivedAt();
        begin(1 + 16 + 1 + 8 + length).put(SUBMISSION);
        id(item.submissionId());
        record.put((byte) (item.byOperator() ? 1 : 0))
                .putLong(received.getEpochSecond() * 1_000_000 + received.getNano() / 1_000)
                .put(content.bytes(), 0, length);
        end();
    }

    /** Adds the text to PARAMETERS. */
    public void parameters(String text) {
        digest.add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds an exception to OUTCOMES. */
    public void outcome(UUID submissionId, Outcome outcome) {
        outcome(
                submissionId,
                outcome.state().name(),
                outcome.reason() == null ? null : outcome.reason().name(),
                outcome.holdUntil(),
                outcome.filledLots(),
                outcome.openLots(),
                outcome.detail());
    }

    /** Adds an exception to OUTCOMES, whatever its row says. */
    public void outcome(
            UUID submissionId,
            String state,
            @Nullable String reason,
            @Nullable LocalDate holdUntil,
            long filledLots,
            long openLots,
            String detail) {
        byte[] stateBytes = state.getBytes(StandardCharsets.UTF_8);
        byte[] reasonBytes = reason == null ? new byte[0] : reason.getBytes(StandardCharsets.UTF_8);
        byte[] detailBytes = detail.getBytes(StandardCharsets.UTF_8);
        begin(16 + 1 + stateBytes.length + 1 + reasonBytes.length + 24 + detailBytes.length);
        id(submissionId);
        record.put((byte) stateBytes.length)
                .put(stateBytes)
                .put((byte) reasonBytes.length)
                .put(reasonBytes)
                .putLong(holdUntil == null ? 0 : holdUntil.toEpochDay())
                .putLong(filledLots)
                .putLong(openLots)
                .put(detailBytes);
        end();
    }

    /** Adds a transfer to TRANSFERS; accounts as the two halves of their ids. */
    public void transfer(
            long seq,
            int asset,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            long amount,
            int typeCode,
            int leg) {
        begin(8 + 4 + 32 + 8 + 2)
                .putLong(seq)
                .putInt(asset)
                .putLong(fromHigh)
                .putLong(fromLow)
                .putLong(toHigh)
                .putLong(toLow)
                .putLong(amount)
                .put((byte) typeCode)
                .put((byte) leg);
        end();
    }

    /** Adds a round to PRICES. */
    public void round(
            int asset, long price, long volume, long demand, long supply, long referenceBefore, long referenceAfter) {
        begin(4 + 6 * 8)
                .putInt(asset)
                .putLong(price)
                .putLong(volume)
                .putLong(demand)
                .putLong(supply)
                .putLong(referenceBefore)
                .putLong(referenceAfter);
        end();
    }

    /** Adds a position to POSITIONS; the account as the two halves of its id. */
    public void position(
            int asset, long accountHigh, long accountLow, long debits, long credits, long closing, long reserved) {
        begin(4 + 6 * 8)
                .putInt(asset)
                .putLong(accountHigh)
                .putLong(accountLow)
                .putLong(debits)
                .putLong(credits)
                .putLong(closing)
                .putLong(reserved);
        end();
    }

    /** The slot's hash over all that was added. Ends it. */
    public Hash32 finish() {
        return digest.finish();
    }

    private ByteBuffer begin(int length) {
        if (length > bytes.length) {
            bytes = new byte[2 * length];
            record = ByteBuffer.wrap(bytes);
        }
        record.clear();
        return record;
    }

    private void id(UUID id) {
        record.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private void end() {
        digest.add(bytes, 0, record.position());
    }
}
