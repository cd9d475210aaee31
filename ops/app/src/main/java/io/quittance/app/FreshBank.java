package io.quittance.app;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A new bank of one's own, for programs that measure: embedded database and chain in a directory that nobody else uses, the
 * application's parts on top, no doors and no schedule. It is opened with the parameters inside the program, and its clock
 * stands still, so that nothing falls due by itself. Thread-safe but for {@link #close}.
 */
public final class FreshBank implements AutoCloseable {

    private final BankSession session;

    private FreshBank(BankSession session) {
        this.session = session;
    }

    /**
     * Opens it. What cannot work on this machine ends as one sentence and exit code 3 where the caller runs under
     * {@link Quittance#run}.
     *
     * @param directory where its data goes; empty or missing. It stays when the bank is closed
     * @param clock where the bank's clock stands; its date is the first business date
     */
    public static FreshBank open(Path directory, Instant clock) {
        return open(directory, clock, null, null);
    }

    /**
     * The same on a database and a chain that somebody else runs.
     *
     * @param databaseUrl JDBC address of the database, as the owner of its tables; null for an embedded one
     * @param chain address of the node; null for an embedded one
     */
    public static FreshBank open(Path directory, Instant clock, @Nullable String databaseUrl, @Nullable URI chain) {
        BankFile file = BankFile.read(null);
        Premises premises = Premises.open(new Premises.Wanted(directory, databaseUrl, chain, 0));
        if (!premises.ownsDirectory()) {
            premises.close();
            throw Trouble.wrongUsage("The data directory " + directory + " is in use.");
        }
        return new FreshBank(BankSession.open(
                premises,
                new BankSession.Opening(file, file.calendar().dateOpenAt(clock), clock, null, null, false, Map.of())));
    }

    /** A part of the application, such as a port of the domain or the runner of cycles. */
    public <T> T get(Class<T> part) {
        return session.get(part);
    }

    /** JDBC address of the database, as the owner of the tables. */
    public String databaseUrl() {
        return session.premises().databaseUrl();
    }

    /** Stops what it started. A second call does nothing. */
    @Override
    public void close() {
        session.close();
    }
}
