package io.quittance.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Checks whether this machine has what Quittance needs, and says what to do where it has not.")
final class DoctorCommand implements Callable<Integer> {

    private static final long DISK_NEEDED = 2L << 30;

    @Mixin
    private CommonOptions common = new CommonOptions();

    private static final int NODE_NEEDED = 20;
    private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");

    /** One thing looked at. */
    record Finding(String name, boolean good, String detail) {}

    @Override
    public Integer call() {
        Console console = common.console();
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding(
                "JDK 21 or newer",
                Runtime.version().feature() >= 21,
                Runtime.version() + " at " + System.getProperty("java.home")));
        findings.add(dataDirectory());
        findings.add(disk());
        findings.add(anvil());
        findings.add(tool("mvn", "Maven builds the program from its sources"));
        findings.add(tool("node", "the contracts' build and the embedded chain come from npm packages"));
        findings.add(tool("npm", "the contracts' build and the embedded chain come from npm packages"));
        long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
        findings.add(new Finding(
                "memory",
                mebibytes >= 512,
                mebibytes + " MiB of heap, " + Runtime.getRuntime().availableProcessors() + " processors"));
        for (Finding finding : findings) {
            console.line("%-4s %-24s %s", finding.good() ? "ok" : "LACK", finding.name(), finding.detail());
        }
        if (common.json) {
            System.out.println(Json.of(Map.of("findings", findings)));
        }
        return findings.stream().allMatch(Finding::good) ? Trouble.DONE : Trouble.MACHINE_LACKS;
    }

    private Finding dataDirectory() {
        Path root = DataDirectory.chosen(common.dataDirectory);
        try {
            new DataDirectory(root).prepare();
            return new Finding("data directory", true, root.toString());
        } catch (Trouble trouble) {
            return new Finding("data directory", false, String.valueOf(trouble.getMessage()));
        }
    }

    private Finding disk() {
        Path root = DataDirectory.chosen(common.dataDirectory);
        try {
            long free = Files.getFileStore(Files.isDirectory(root) ? root : DataDirectory.userHome())
                    .getUsableSpace();
            return new Finding("free disk", free >= DISK_NEEDED, (free >> 20) + " MiB free, 2048 are good to have");
        } catch (IOException failure) {
            return new Finding("free disk", false, String.valueOf(failure.getMessage()));
        }
    }

    private static Finding anvil() {
        String named = System.getenv(io.quittance.contracts.LocalAnvil.BINARY_VARIABLE);
        String checkout = System.getProperty("quittance.checkout", ".");
        Path modules = Path.of(checkout, "contracts", "node_modules");
        boolean there = named != null ? Files.isExecutable(Path.of(named)) : Files.isDirectory(modules);
        return new Finding(
                "chain node (anvil)",
                there,
                there
                        ? (named != null ? named : modules.toString())
                        : "run 'ops/quittance demo' once, which installs it by npm");
    }

    private static boolean tooOld(String version) {
        Matcher major = Pattern.compile("^v(\\d+)[.]").matcher(version);
        return major.find() && Integer.parseInt(major.group(1)) < NODE_NEEDED;
    }

    private static Finding tool(String name, String why) {
        try {
            Process process = new ProcessBuilder(name, "--version")
                    .redirectErrorStream(true)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            boolean good = process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
            String first =
                    COLOURS.matcher(out).replaceAll("").lines().findFirst().orElse("");
            if (good && name.equals("node") && tooOld(first)) {
                return new Finding(name, false, first + "; version " + NODE_NEEDED + " or newer is needed");
            }
            return new Finding(name, good, good ? first : "does not run; " + why);
        } catch (IOException missing) {
            return new Finding(name, false, "not found; " + why);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Finding(name, false, "interrupted");
        }
    }
}
