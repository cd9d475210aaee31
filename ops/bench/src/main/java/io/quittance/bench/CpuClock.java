package io.quittance.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * CPU seconds used so far: of this virtual machine, and of all processes of the PostgreSQL server, its writers and workers
 * included. Where there is no {@code /proc}, or the server is elsewhere, the server's are unknown.
 */
final class CpuClock implements Supplier<CpuClock.Used> {

    /** The unit of {@code /proc/PID/stat}, which Linux fixes for programs whatever the kernel's own. */
    private static final double TICKS_PER_SECOND = 100;

    /** Fields of {@code /proc/PID/stat} after the name of the program, which may hold anything: utime is the 12th. */
    private static final int UTIME = 11;

    private final Optional<ProcessHandle> postmaster;

    /** @param backend the process id of a backend of the server */
    CpuClock(long backend) {
        this.postmaster = Files.isReadable(stat(backend))
                ? ProcessHandle.of(backend).flatMap(ProcessHandle::parent)
                : Optional.empty();
    }

    /** @param postgres seconds; not a number if unknown */
    record Used(double jvm, double postgres) {

        Used since(Used before) {
            return new Used(jvm - before.jvm, postgres - before.postgres);
        }

        /** Of the CPU time of both, what was the server's; not a number if unknown. */
        double postgresShare() {
            return jvm + postgres == 0 ? 0 : postgres / (jvm + postgres);
        }
    }

    @Override
    public Used get() {
        double jvm =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getProcessCpuTime() / 1e9
                        : Double.NaN;
        return new Used(jvm, postmaster.map(CpuClock::ofServer).orElse(Double.NaN));
    }

    /** The postmaster has added up the children that are gone; those that live are asked. */
    private static double ofServer(ProcessHandle postmaster) {
        long gone = ticks(postmaster.pid(), 4);
        return (gone
                        + postmaster
                                .children()
                                .mapToLong(child -> ticks(child.pid(), 2))
                                .sum())
                / TICKS_PER_SECOND;
    }

    /** @param fields 2 for the process's own time, 4 for that of its children that are gone, too */
    private static long ticks(long pid, int fields) {
        String[] stat;
        try {
            String line = Files.readString(stat(pid));
            stat = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException gone) {
            return 0;
        }
        long ticks = 0;
        for (int i = 0; i < fields; i++) {
            ticks += Long.parseLong(stat[UTIME + i]);
        }
        return ticks;
    }

    private static Path stat(long pid) {
        return Path.of("/proc", Long.toString(pid), "stat");
    }
}
