package org.attn4j.cli.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory this process has taken at most. */
public final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d{1,12}) kB");

    /**
     * What a JVM needs so that its heap's pages are in memory exactly as far as the heap says, and
     * what is left is native.
     */
    static final List<String> JVM_OPTIONS =
            List.of("-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "-XX:MaxHeapFreeRatio=100");

    private ProcessMemory() {}

    /** The most bytes that were ever resident, as Linux counts them; null elsewhere. */
    public static Long peakResident() {
        try {
            Matcher peak = PEAK.matcher(Files.readString(STATUS));
            return peak.find() ? Long.parseLong(peak.group(1)) * 1024 : null;
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * The peak without the Java heap: tensors, the engine and the JVM's own. Needs {@link
     * #JVM_OPTIONS}; null where the system does not tell.
     */
    static Long peakNative() {
        Long resident = peakResident();
        return resident == null
                ? null
                : resident
                        - ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    }
}
