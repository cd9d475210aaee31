package io.quittance.intake.fake;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Takes a file whole or not at all, and knows one that came before by request key, by file id and by content. */
public final class FakeFileIntake implements FileIntake {

    private record Stored(Client client, Accepted file, List<RefusedLine> refused) {}

    private final FakeIntakeQueue queue;
    public volatile boolean enterprise;
    private final List<Stored> files = new ArrayList<>();

    public FakeFileIntake(FakeIntakeQueue queue) {
        this.queue = queue;
    }

    public synchronized int size() {
        return files.size();
    }

    @Override
    public synchronized Accepted accept(Client client, Manifest manifest, Content content) {
        refuseDuplicate(client, manifest);
        List<NumberedLine> lines = new ArrayList<>();
        try (Lines all = content.open()) {
            for (List<NumberedLine> some = all.next(2); !some.isEmpty(); some = all.next(2)) {
                lines.addAll(some);
            }
        }
        List<Line> wellFormed =
                lines.stream().map(NumberedLine::line).filter(Objects::nonNull).toList();
        var receipts = queue.accept(client, wellFormed, manifest.businessDate()).iterator();
        List<RefusedLine> refused = new ArrayList<>();
        long queued = 0;
        long repeated = 0;
        for (NumberedLine line : lines) {
            Line read = line.line();
            List<FormError> errors = line.errors();
            if (read != null) {
                Receipt receipt = receipts.next();
                boolean again = receipt instanceof Receipt.Queued q && q.repeated()
                        || receipt instanceof Receipt.Recorded r && r.repeated();
                if (receipt instanceof Receipt.Refused r) {
                    errors = r.errors();
                } else if (again) {
                    repeated++;
                } else {
                    queued++;
                }
            }
            if (!errors.isEmpty()) {
                refused.add(new RefusedLine(line.lineNo(), line.submissionKey(), line.raw(), errors));
            }
        }
        if (!client.policy().allows(lines.size(), refused.size())) {
            throw new TooManyRefused(lines.size(), refused.size(), refused);
        }
        var accepted = new Accepted(
                files.size() + 1,
                manifest.fileId(),
                manifest.kind(),
                manifest.businessDate(),
                manifest.contentSha256(),
                Instant.parse("2026-03-02T09:00:00Z"),
                lines.size(),
                queued,
                repeated,
                refused.size(),
                manifest.columnHeader(),
                manifest.requestKey());
        files.add(new Stored(client, accepted, refused));
        return accepted;
    }

    private void refuseDuplicate(Client client, Manifest manifest) {
        Stored earlier = null;
        for (Stored stored : files) {
            if (stored.client().id() != client.id()) {
                continue;
            }
            Accepted file = stored.file();
            if (manifest.requestKey() != null && manifest.requestKey().equals(file.requestKey())) {
                throw new DuplicateFile(file.fileNo(), "request key");
            }
            if (file.contentSha256().equals(manifest.contentSha256())
                    || (manifest.fileId() != null && manifest.fileId().equals(file.fileId()))) {
                earlier = stored;
            }
        }
        if (earlier != null) {
            throw new DuplicateFile(earlier.file().fileNo(), "file id or content");
        }
    }

    @Override
    public boolean actsForEnterprise(Client client) {
        return enterprise;
    }

    @Override
    public synchronized Optional<Accepted> find(Client client, long fileNo) {
        return files.stream()
                .filter(stored -> stored.file().fileNo() == fileNo)
                .filter(stored -> stored.client().id() == client.id() || client.seesEverything())
                .map(Stored::file)
                .findFirst();
    }

    @Override
    public synchronized void refusedLines(Client client, long fileNo, long max, Consumer<RefusedLine> visitor) {
        files.get((int) fileNo - 1).refused().stream().limit(max).forEach(visitor);
    }
}
