package io.quittance.domain.settlement;

import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.netting.NetPositions;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The slots of a cycle's data root, from a run that is through; {@link SlotRecords} says what is in them. */
public final class CycleSlots {

    private CycleSlots() {}

    /** @param transfers the hash of {@link Slot#TRANSFERS}, as {@link #transfers} gives it */
    public static Map<Slot, Hash32> of(SettlementCycle run, Hash32 transfers) {
        var slots = new EnumMap<Slot, Hash32>(Slot.class);
        slots.put(Slot.INPUTS, run.inputsHash());
        slots.put(Slot.PARAMETERS, parameters(run.input()));
        slots.put(Slot.OUTCOMES, outcomes(run));
        slots.put(Slot.TRANSFERS, transfers);
        slots.put(Slot.PRICES, prices(run.rounds()));
        slots.put(Slot.POSITIONS, positions(run.positions(), run.books()));
        return slots;
    }

    /** The hash of a cycle's inputs alone: what a check of the queue recomputes. */
    public static Hash32 inputs(CycleInput input) {
        return InputsDigest.of(input);
    }

    /** What was decided, so far: lets a resumed run check that it decides as the run before it did. */
    public static Hash32 outcomes(SettlementCycle run) {
        var records = new SlotRecords(Slot.OUTCOMES);
        run.outcomes().each(records::outcome);
        return records.finish();
    }

    private static Hash32 parameters(CycleInput input) {
        var records = new SlotRecords(Slot.PARAMETERS);
        records.parameters(input.context().parameters().toText());
        return records.finish();
    }

    /**
     * The hash of a cycle's transfers.
     *
     * @param firstSeq sequence number of the first
     */
    public static Hash32 transfers(TransferList transfers, Books books, long firstSeq) {
        var records = new SlotRecords(Slot.TRANSFERS);
        for (int i = 0; i < transfers.size(); i++) {
            int from = transfers.from(i);
            int to = transfers.to(i);
            records.transfer(
                    firstSeq + i,
                    transfers.asset(i),
                    books.idHigh(from),
                    books.idLow(from),
                    books.idHigh(to),
                    books.idLow(to),
                    transfers.amount(i),
                    transfers.typeCode(i),
                    transfers.leg(i));
        }
        return records.finish();
    }

    private static Hash32 prices(List<MatchingRound> rounds) {
        var records = new SlotRecords(Slot.PRICES);
        for (MatchingRound round : rounds) {
            records.round(
                    round.asset(),
                    round.result().price(),
                    round.result().volume(),
                    round.result().demandAtPrice(),
                    round.result().supplyAtPrice(),
                    round.referenceBefore(),
                    round.referenceAfter());
        }
        return records.finish();
    }

    private static Hash32 positions(NetPositions positions, Books books) {
        var records = new SlotRecords(Slot.POSITIONS);
        for (int i = 0; i < positions.size(); i++) {
            int account = positions.account(i);
            records.position(
                    positions.asset(i),
                    books.idHigh(account),
                    books.idLow(account),
                    positions.debits(i),
                    positions.credits(i),
                    positions.closing(i),
                    positions.reserved(i));
        }
        return records.finish();
    }
}
