package io.quittance.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.commitment.Headers;
import io.quittance.domain.seal.Hash32;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalAnvilIT {

    private static final Duration BLOCK = Duration.ofMillis(100);

    @TempDir
    private Path directory;

    private LocalAnvil start() {
        return LocalAnvil.start(settings(0));
    }

    private LocalAnvil.Settings settings(int port) {
        return new LocalAnvil.Settings(Path.of("."), directory, port, BLOCK);
    }

    private static long pidOf(Path directory) throws Exception {
        return Long.parseLong(Files.readString(directory.resolve("anvil.pid")).strip());
    }

    private static boolean endsSoon(long pid) throws Exception {
        ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
        if (handle == null) {
            return true;
        }
        try {
            handle.onExit().get(10, TimeUnit.SECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException stillThere) {
            return false;
        }
    }

    @Test
    void whatIsOnTheChainSurvivesAnOrderlyEnd() throws Exception {
        DueHeader header = DueHeader.of(Headers.header(1, Hash32.ZERO));
        Hash32 transaction;
        try (LocalAnvil anvil = start()) {
            RegistryDeployer.at(anvil.node()).deploy();
            JsonRpcRegistry registry = new JsonRpcRegistry(ChainSettings.local(anvil.node()), Signers.published(1));
            var attempt = registry.sign(header, 0, registry.suggestedFees(), 200_000);
            transaction = attempt.hash();
            registry.send(attempt);
            while (registry.findReceipt(transaction).isEmpty()) {
                Thread.sleep(20);
            }
        }

        try (LocalAnvil anvil = start()) {
            ChainVerifier verifier = ChainVerifier.of(anvil.node(), RegistryDeployer.ADDRESS);
            assertThat(verifier.find(1).orElseThrow().transaction()).isEqualTo(transaction);
            assertThat(verifier.find(1).orElseThrow().header()).isEqualTo(header.encoded());
        }
    }

    @Test
    void closingEndsTheProcess() throws Exception {
        LocalAnvil anvil = start();
        long pid = pidOf(directory);
        assertThat(ProcessHandle.of(pid)).isPresent();

        anvil.close();
        anvil.close();

        assertThat(anvil.isAlive()).isFalse();
        assertThat(endsSoon(pid)).isTrue();
        assertThat(directory.resolve("anvil.pid")).doesNotExist();
    }

    @Test
    void theProcessEndsWithAJavaProcessThatIsKilled() throws Exception {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Forever.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("java.log").toFile())
                .start();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Files.exists(directory.resolve("ready"))) {
            assertThat(System.nanoTime())
                    .as(Files.readString(directory.resolve("java.log")))
                    .isLessThan(deadline);
            Thread.sleep(50);
        }
        long pid = pidOf(directory);
        assertThat(ProcessHandle.of(pid)).isPresent();

        java.destroyForcibly().waitFor();

        assertThat(endsSoon(pid)).isTrue();
    }

    /** Starts a chain and stays. */
    static final class Forever {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            LocalAnvil.start(new LocalAnvil.Settings(Path.of("."), directory, 0, BLOCK));
            Files.writeString(directory.resolve("ready"), "");
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    @Test
    void whatAnEarlierStartLeftBehindIsEndedFirst() throws Exception {
        Path binary =
                Path.of("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil").toAbsolutePath();
        Process leftover = new ProcessBuilder(
                        binary.toString(),
                        "--port",
                        "0",
                        "--state",
                        directory.resolve("chain.json").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Files.writeString(directory.resolve("anvil.pid"), leftover.pid() + "\n");

        try (LocalAnvil anvil = start()) {
            assertThat(leftover.waitFor(1, TimeUnit.SECONDS)).isTrue();
            assertThat(anvil.isAlive()).isTrue();
        } finally {
            leftover.destroyForcibly();
        }
    }

    @Test
    void aProcessThatOnlyHasTheSameNumberIsLeftAlone() throws Exception {
        Process innocent = new ProcessBuilder("sleep", "60").start();
        Files.writeString(directory.resolve("anvil.pid"), innocent.pid() + "\n");

        try (LocalAnvil anvil = start()) {
            assertThat(anvil.isAlive()).isTrue();
            assertThat(innocent.isAlive()).isTrue();
        } finally {
            innocent.destroyForcibly();
        }
    }

    @Test
    void aDamagedStateIsPutAsideAndTheChainStartsEmpty() throws Exception {
        Files.writeString(directory.resolve("chain.json"), "{\"block\":");

        try (LocalAnvil anvil = start()) {
            assertThat(anvil.isAlive()).isTrue();
            assertThat(directory.resolve("chain.json.damaged")).hasContent("{\"block\":");
        }
    }

    @Test
    void aTakenPortIsSaidSo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> LocalAnvil.start(settings(taken.getLocalPort())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " for the local chain is taken");
        }
    }

    @Test
    void aMissingBinaryIsSaidSo() {
        assertThatThrownBy(() ->
                        LocalAnvil.start(new LocalAnvil.Settings(directory.resolve("nowhere"), directory, 0, BLOCK)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("anvil was not found")
                .hasMessageContaining("scripts/tools install");
    }
}
