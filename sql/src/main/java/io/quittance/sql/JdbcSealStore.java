package io.quittance.sql;

import io.quittance.domain.seal.ChunkSource;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.SealedNodes;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.settlement.CycleSealer;
import io.quittance.domain.settlement.SealStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link SealStore} in the tables seals, seal_slots and seal_chunks. */
final class JdbcSealStore implements SealStore {

    private static final String ADD_SEAL = """
            INSERT INTO seals (cycle, header, header_hash, entry_root, leaf_count)
            VALUES (:cycle, :header, :headerHash, :entryRoot, :leafCount)
            ON CONFLICT (cycle) DO NOTHING
            """;
    private static final String COPY_CHUNKS = "COPY seal_chunks (cycle, chunk_no, content) FROM STDIN (FORMAT binary)";
    private static final String HEADER = "SELECT header FROM seals WHERE cycle = :cycle";
    private static final String SLOTS = "SELECT slot, hash FROM seal_slots WHERE cycle = :cycle";
    private static final String CHUNK = "SELECT content FROM seal_chunks WHERE cycle = :cycle AND chunk_no = :chunk";

    private final DataSource application;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    JdbcSealStore(DataSource application) {
        this.application = application;
        this.jdbc = JdbcClient.create(application);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(application));
    }

    @Override
    public void keep(long token, CycleSealer.Sealed sealed, Runnable inSameTransaction) {
        SealHeader header = sealed.header();
        transaction.executeWithoutResult(status -> {
            JdbcLease.requireCurrent(jdbc, token); // First: whoever takes the lease over knows this transaction by it.
            int added = jdbc.sql(ADD_SEAL)
                    .param("cycle", header.cycle())
                    .param("header", header.encode())
                    .param("headerHash", header.hash().bytes())
                    .param("entryRoot", header.entryRoot().bytes())
                    .param("leafCount", header.leafCount())
                    .update();
            if (added == 0) {
                if (!header(header.cycle()).orElseThrow().equals(header)) {
                    throw new IllegalStateException("cycle " + header.cycle() + " is sealed with another header");
                }
            } else {
                keepChunks(sealed);
            }
            inSameTransaction.run();
        });
    }

    private void keepChunks(CycleSealer.Sealed sealed) {
        Connection connection = DataSourceUtils.getConnection(application);
        try (var copy = new BinaryCopy(connection, COPY_CHUNKS)) {
            SealedNodes.cut(sealed.tree(), (number, bytes) -> {
                try {
                    copy.row(3).ofLong(sealed.header().cycle()).ofLong(number).ofBytes(bytes);
                } catch (SQLException failure) {
                    throw new IllegalStateException("the sealed tree cannot be kept", failure);
                }
            });
            copy.end();
        } catch (SQLException failure) {
            throw new IllegalStateException("the sealed tree cannot be kept", failure);
        } finally {
            DataSourceUtils.releaseConnection(connection, application);
        }
    }

    @Override
    public Optional<SealHeader> header(long cycle) {
        return jdbc.sql(HEADER)
                .param("cycle", cycle)
                .query((row, n) -> SealHeader.decode(row.getBytes(1)))
                .optional();
    }

    @Override
    public Map<Slot, Hash32> slots(long cycle) {
        var slots = new EnumMap<Slot, Hash32>(Slot.class);
        jdbc.sql(SLOTS).param("cycle", cycle).query(row -> {
            int number = row.getInt(1);
            for (Slot slot : Slot.values()) {
                if (slot.number() == number) {
                    slots.put(slot, Hash32.of(row.getBytes(2)));
                }
            }
        });
        return slots;
    }

    @Override
    public ChunkSource chunks(long cycle) {
        return number -> jdbc.sql(CHUNK)
                .param("cycle", cycle)
                .param("chunk", number)
                .query((row, n) -> row.getBytes(1))
                .single();
    }

    @Override
    public long lastSealed() {
        return jdbc.sql("SELECT coalesce(max(cycle), 0) FROM seals")
                .query(Long.class)
                .single();
    }
}
