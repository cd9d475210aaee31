package io.quittance.domain.settlement;

import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.netting.NetPosition;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.seal.SlotDigest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The slots of a cycle's data root, from a run that is through. Intake numbers are not in them, only the order: a database
 * may skip numbers after a crash, and the root must not know.
 *
 * <p>Each slot is a list of records in a fixed order, all numbers big-endian:
 *
 * <ul>
 *   <li>INPUTS: each reference line (byte 1, canonical content), then each submission in intake order (byte 2, submission id,
 *       operator byte, received at in µs, canonical content)
 *   <li>PARAMETERS: the parameters' text
 *   <li>OUTCOMES: in intake order, what happened to each submission judged or changed: id, state and reason as texts, last
 *       hold date (0 if none), filled and open lots, detail
 *   <li>TRANSFERS: seq, asset, from, to, amount, type, leg
 *   <li>PRICES: per instrument asset, price in ticks, volume, demand, supply, reference before and after
 *   <li>POSITIONS: by asset and account id: asset, account, debits, credits
 * </ul>
 */
public final class CycleSlots {

    private CycleSlots() {}

    /** @param firstSeq sequence number of the run's first transfer */
    public static Map<Slot, Hash32> of(SettlementCycle run, long firstSeq) {
        var slots = new EnumMap<Slot, Hash32>(Slot.class);
        slots.put(Slot.INPUTS, inputs(run.input()));
        slots.put(Slot.PARAMETERS, parameters(run.input()));
        slots.put(Slot.OUTCOMES, outcomes(run));
        slots.put(Slot.TRANSFERS, transfers(run.transfers(), run.books(), firstSeq));
        slots.put(Slot.PRICES, prices(run.rounds()));
        slots.put(Slot.POSITIONS, positions(run.positions(), run.books()));
        return slots;
    }

    /** The digest of a cycle's inputs alone: what fsck recomputes from the queue. */
    public static Hash32 inputs(CycleInput input) {
        var digest = new SlotDigest(Slot.INPUTS);
        for (ReferenceEntry entry : input.reference()) {
            byte[] content = CanonicalContent.of(entry.line(), entry.nameHash());
            digest.add(ByteBuffer.allocate(1 + content.length)
                    .put((byte) 1)
                    .put(content)
                    .array());
        }
        for (Queued item : input.received()) {
            byte[] content = CanonicalContent.of(item.submission(), item.memoHash());
            digest.add(ByteBuffer.allocate(1 + 16 + 1 + 8 + content.length)
                    .put((byte) 2)
                    .putLong(item.submissionId().getMostSignificantBits())
                    .putLong(item.submissionId().getLeastSignificantBits())
                    .put((byte) (item.byOperator() ? 1 : 0))
                    .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, item.receivedAt()))
                    .put(content)
                    .array());
        }
        return digest.finish();
    }

    /** What was decided, so far: lets a resumed run check that it decides as the run before it did. */
    public static Hash32 outcomes(SettlementCycle run) {
        Map<Long, UUID> ids = new HashMap<>();
        run.input().received().forEach(item -> ids.put(item.intakeNo(), item.submissionId()));
        run.input().held().forEach(item -> ids.put(item.intakeNo(), item.submissionId()));
        for (OpenOrder order : run.changedOrders()) {
            ids.put(order.intakeNo, order.submissionId);
        }
        run.books().orders.values().forEach(order -> ids.put(order.intakeNo, order.submissionId));
        var digest = new SlotDigest(Slot.OUTCOMES);
        for (Outcome outcome : run.outcomes().values()) {
            UUID id = java.util.Objects.requireNonNull(ids.get(outcome.intakeNo()), "an outcome has a submission");
            byte[] state = outcome.state().name().getBytes(StandardCharsets.US_ASCII);
            byte[] reason = outcome.reason() == null
                    ? new byte[0]
                    : outcome.reason().name().getBytes(StandardCharsets.US_ASCII);
            byte[] detail = outcome.detail().getBytes(StandardCharsets.UTF_8);
            digest.add(ByteBuffer.allocate(16 + 1 + state.length + 1 + reason.length + 24 + detail.length)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .put((byte) state.length)
                    .put(state)
                    .put((byte) reason.length)
                    .put(reason)
                    .putLong(
                            outcome.holdUntil() == null
                                    ? 0
                                    : outcome.holdUntil().toEpochDay())
                    .putLong(outcome.filledLots())
                    .putLong(outcome.openLots())
                    .put(detail)
                    .array());
        }
        return digest.finish();
    }

    private static Hash32 parameters(CycleInput input) {
        var digest = new SlotDigest(Slot.PARAMETERS);
        digest.add(input.context().parameters().toText().getBytes(StandardCharsets.UTF_8));
        return digest.finish();
    }

    private static Hash32 transfers(TransferList transfers, Books books, long firstSeq) {
        var digest = new SlotDigest(Slot.TRANSFERS);
        byte[] bytes = new byte[8 + 4 + 32 + 8 + 2];
        ByteBuffer record = ByteBuffer.wrap(bytes);
        for (int i = 0; i < transfers.size(); i++) {
            UUID from = books.accountId(transfers.from(i));
            UUID to = books.accountId(transfers.to(i));
            record.clear();
            record.putLong(firstSeq + i).putInt(transfers.asset(i));
            record.putLong(from.getMostSignificantBits()).putLong(from.getLeastSignificantBits());
            record.putLong(to.getMostSignificantBits()).putLong(to.getLeastSignificantBits());
            record.putLong(transfers.amount(i));
            record.put((byte) transfers.typeCode(i)).put((byte) transfers.leg(i));
            digest.add(bytes);
        }
        return digest.finish();
    }

    private static Hash32 prices(List<MatchingRound> rounds) {
        var digest = new SlotDigest(Slot.PRICES);
        for (MatchingRound round : rounds) {
            digest.add(ByteBuffer.allocate(4 + 6 * 8)
                    .putInt(round.asset())
                    .putLong(round.result().price())
                    .putLong(round.result().volume())
                    .putLong(round.result().demandAtPrice())
                    .putLong(round.result().supplyAtPrice())
                    .putLong(round.referenceBefore())
                    .putLong(round.referenceAfter())
                    .array());
        }
        return digest.finish();
    }

    private static Hash32 positions(List<NetPosition> positions, Books books) {
        var digest = new SlotDigest(Slot.POSITIONS);
        positions.stream()
                .sorted(Comparator.comparingInt(NetPosition::asset).thenComparing(p -> books.accountId(p.account())))
                .forEach(position -> {
                    UUID account = books.accountId(position.account());
                    digest.add(ByteBuffer.allocate(4 + 16 + 16)
                            .putInt(position.asset())
                            .putLong(account.getMostSignificantBits())
                            .putLong(account.getLeastSignificantBits())
                            .putLong(position.debits())
                            .putLong(position.credits())
                            .array());
                });
        return digest.finish();
    }
}
