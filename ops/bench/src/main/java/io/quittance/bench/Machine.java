package io.quittance.bench;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a figure was measured on.
 *
 * @param memory bytes
 * @param jdk vendor's version
 * @param postgres the server's version
 * @param load the system's load average over the last minute, as it was before anything was measured; negative if unknown
 */
record Machine(int cores, long memory, String jdk, String postgres, double load) {

    /** The load now, before the benchmark adds its own. */
    static double loadNow() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    static Machine of(String postgres, double load) {
        long memory =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : -1;
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                memory,
                Runtime.version().toString(),
                postgres,
                load);
    }

    Map<String, Object> asMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("cores", cores);
        map.put("memory", memory);
        map.put("jdk", jdk);
        map.put("postgres", postgres);
        map.put("load", load);
        return map;
    }
}
