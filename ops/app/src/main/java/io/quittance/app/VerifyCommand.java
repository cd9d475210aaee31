package io.quittance.app;

import io.quittance.contracts.ChainVerifier;
import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.seal.MalformedProof;
import io.quittance.domain.seal.ProofFile;
import io.quittance.domain.seal.ProofFinding;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Checks a proof file against the chain. Needs the file and a node, nothing of the bank's.")
final class VerifyCommand implements Callable<Integer> {

    /** A path through a tree of 2^63 leaves has less than 5,000 bytes. */
    private static final int LONGEST_PROOF = 1 << 16;

    @Parameters(paramLabel = "PROOF", description = "The proof file.")
    @SuppressWarnings("NullAway.Init")
    private Path proof;

    @Option(
            names = "--chain-url",
            paramLabel = "URL",
            description = "A node of the chain (default: the embedded chain of the data directory).")
    private @Nullable URI chain;

    @Option(
            names = "--registry",
            paramLabel = "ADDRESS",
            description = "The registry that you trust (default: the one that the file names, which the answer shows).")
    private @Nullable String registry;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Data directory whose embedded chain is asked.")
    private @Nullable Path dataDirectory;

    @Option(names = "--json", description = "Print JSON alone on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = new Console(json);
        CommonOptions.requireNode(chain);
        CommonOptions.requireAddress(registry);
        ProofFile file;
        try {
            String text = text();
            if (text.length() > LONGEST_PROOF) {
                return answer(console, null, "the file is longer than any proof");
            }
            file = ProofFile.parse(text);
        } catch (MalformedProof malformed) {
            return answer(console, null, "the file is not a proof in its one form: " + malformed.getMessage());
        } catch (CharacterCodingException notText) {
            return answer(console, null, "the file is not text");
        } catch (IOException unreadable) {
            throw Trouble.wrongUsage("The file " + proof + " is not there or cannot be read.");
        }
        ProofFinding finding = file.verifyOffline();
        if (finding != ProofFinding.HOLDS) {
            return answer(console, file, "the proof does not hold: " + finding.sentence() + " (" + finding + ")");
        }
        String asked = registry != null ? registry : file.domain().registry();
        if (!asked.equalsIgnoreCase(file.domain().registry())) {
            return answer(
                    console, file, "the proof is for registry " + file.domain().registry() + ", not " + asked);
        }
        if (chain != null) {
            return against(console, file, chain, asked);
        }
        var common = new CommonOptions();
        common.dataDirectory = dataDirectory;
        var directory = new DataDirectory(DataDirectory.chosen(dataDirectory));
        if (!Files.isDirectory(directory.chain())) {
            throw Trouble.wrongUsage("There is no chain in " + directory.root() + "; name a node of chain "
                    + file.domain().chainId() + " with --chain-url, or its bank's directory with --data-dir.");
        }
        try (Premises premises = Premises.open(common.wanted())) {
            return against(console, file, premises.chain(), asked);
        }
    }

    /** No more of the file than a proof can have, whatever the file is. */
    private String text() throws IOException {
        try (InputStream in = Files.newInputStream(proof)) {
            byte[] bytes = in.readNBytes(LONGEST_PROOF + 1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }

    private int against(Console console, ProofFile file, URI node, String asked) {
        try {
            ChainVerifier verifier = ChainVerifier.of(node, asked);
            if (verifier.chainId() != file.domain().chainId()) {
                return answer(
                        console,
                        file,
                        "the proof is for chain " + file.domain().chainId() + ", and " + node + " is chain "
                                + verifier.chainId());
            }
            Optional<ChainVerifier.OnChain> found = verifier.find(file.header().cycle());
            if (found.isEmpty()) {
                return answer(
                        console,
                        file,
                        "the registry has nothing for cycle " + file.header().cycle());
            }
            if (!found.get().headerHash().equals(file.headerHash())) {
                return answer(
                        console,
                        file,
                        "the registry has header " + found.get().headerHash() + " for cycle "
                                + file.header().cycle() + ", the proof is under " + file.headerHash());
            }
            console.line(
                    "The chain has the header of cycle %d%s.",
                    file.header().cycle(), found.get().isFinal() ? ", final" : "");
            return answer(console, file, null);
        } catch (ChainUnavailableException unavailable) {
            throw Trouble.machineLacks("The node at " + node + " gives no usable answer: " + unavailable.getMessage());
        }
    }

    private int answer(Console console, @Nullable ProofFile file, @Nullable String whyNot) {
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("verified", whyNot == null);
            if (whyNot != null) {
                result.put("why", whyNot);
            }
            if (file != null) {
                result.put("seq", file.record().seq());
                result.put("cycle", file.header().cycle());
                result.put("registry", file.domain().registry());
                result.put("chainId", file.domain().chainId());
            }
            System.out.println(Json.of(result));
        }
        if (whyNot != null || file == null) {
            console.line("NOT VERIFIED: " + whyNot);
            return Trouble.CHECK_FAILED;
        }
        console.line(
                "VERIFIED: transfer %d was settled in cycle %d of %s, committed to registry %s on chain %d.",
                file.record().seq(),
                file.header().cycle(),
                file.header().businessDate(),
                file.domain().registry(),
                file.domain().chainId());
        return Trouble.DONE;
    }
}
