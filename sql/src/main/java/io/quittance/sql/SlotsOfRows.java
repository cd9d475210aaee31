package io.quittance.sql;

import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.settlement.SlotRecords;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** Computes the slots of a published cycle again, from the rows that it left. All but INPUTS, which is the queue's. */
final class SlotsOfRows {

    private static final String PARAMETERS = """
            SELECT p.content FROM settlement_cycles c JOIN bank_parameters p ON p.version = c.parameters_version
            WHERE c.cycle = %d
            """;
    private static final String OUTCOMES = """
            SELECT s.submission_id, o.state, o.reason, o.hold_until, o.filled_lots, o.open_lots, o.detail
            FROM submission_outcomes o JOIN submissions s ON s.intake_no = o.intake_no
            WHERE o.cycle = %d ORDER BY o.intake_no
            """;
    private static final String TRANSFERS = """
            SELECT t.id, t.asset, t.from_account, t.to_account, t.amount, t.transaction_type, t.leg
            FROM settlement_cycles c
            JOIN cycle_counts n ON n.cycle = c.cycle
            JOIN token_transactions t ON t.created_at = c.cut_off AND t.id >= c.first_seq
                AND t.id < c.first_seq + n.transfers
            WHERE c.cycle = %d ORDER BY t.id
            """;
    private static final String ROUNDS = """
            SELECT asset, price_ticks, volume_lots, demand_lots, supply_lots, reference_before, reference_after
            FROM matching_rounds WHERE cycle = %d ORDER BY asset
            """;
    private static final String POSITIONS = """
            SELECT asset, account_id, debits, credits, closing, reserved
            FROM net_positions WHERE cycle = %d ORDER BY asset, account_id
            """;

    private final Connection connection;
    private final long cycle;

    SlotsOfRows(Connection connection, long cycle) {
        this.connection = connection;
        this.cycle = cycle;
    }

    private interface RowToRecord {
        void add(SlotRecords records, BinaryRows row);
    }

    Map<Slot, Hash32> read() throws SQLException {
        var slots = new EnumMap<Slot, Hash32>(Slot.class);
        slots.put(
                Slot.PARAMETERS, hash(Slot.PARAMETERS, PARAMETERS, (records, row) -> records.parameters(row.text(0))));
        slots.put(
                Slot.OUTCOMES,
                hash(
                        Slot.OUTCOMES,
                        OUTCOMES,
                        (records, row) -> records.outcome(
                                row.uuid(0),
                                row.text(1),
                                row.textOrNull(2),
                                row.dateOrNull(3),
                                row.int8(4),
                                row.int8(5),
                                row.text(6))));
        slots.put(
                Slot.TRANSFERS,
                hash(
                        Slot.TRANSFERS,
                        TRANSFERS,
                        (records, row) -> records.transfer(
                                row.int8(0),
                                row.int4(1),
                                row.uuidHigh(2),
                                row.uuidLow(2),
                                row.uuidHigh(3),
                                row.uuidLow(3),
                                row.int8(4),
                                row.int2(5),
                                row.int2(6))));
        slots.put(
                Slot.PRICES,
                hash(
                        Slot.PRICES,
                        ROUNDS,
                        (records, row) -> records.round(
                                row.int4(0),
                                row.int8(1),
                                row.int8(2),
                                row.int8(3),
                                row.int8(4),
                                row.int8(5),
                                row.int8(6))));
        slots.put(
                Slot.POSITIONS,
                hash(
                        Slot.POSITIONS,
                        POSITIONS,
                        (records, row) -> records.position(
                                row.int4(0),
                                row.uuidHigh(1),
                                row.uuidLow(1),
                                row.int8(2),
                                row.int8(3),
                                row.int8(4),
                                row.int8(5))));
        return slots;
    }

    private Hash32 hash(Slot slot, String select, RowToRecord toRecord) throws SQLException {
        var records = new SlotRecords(slot);
        try (var rows = new BinaryRows(connection, select.formatted(cycle))) {
            while (rows.next()) {
                toRecord.add(records, rows);
            }
        }
        return records.finish();
    }
}
