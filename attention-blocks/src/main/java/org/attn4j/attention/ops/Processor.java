package org.attn4j.attention.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this machine computes with.
 *
 * @param vendor the maker as the processor tells it, for instance {@code AuthenticAMD}; empty if
 *     unknown
 * @param features the instruction sets as Linux names them; empty if unknown
 */
record Processor(String vendor, Set<String> features) {

    private static final Path LINUX = Path.of("/proc/cpuinfo");

    Processor {
        features = Set.copyOf(features);
    }

    /** The processor of this machine; unknown where Linux does not tell it. */
    static Processor here() {
        try {
            return parse(Files.readAllLines(LINUX));
        } catch (IOException e) {
            return new Processor("", Set.of());
        }
    }

    /** Reads the first processor that {@code /proc/cpuinfo} lists. */
    static Processor parse(List<String> lines) {
        return new Processor(
                value(lines, "vendor_id"),
                Arrays.stream(value(lines, "flags").split(" "))
                        .filter(flag -> !flag.isEmpty())
                        .collect(Collectors.toSet()));
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2 && parts[0].strip().equals(key))
                .map(parts -> parts[1].strip())
                .findFirst()
                .orElse("");
    }

    /**
     * Whether oneDNN's linear maps are the faster ones. MKL, which libtorch uses, takes its AVX-512
     * path on Intel's processors alone: on AMD's, oneDNN is twice as fast where there is AVX-512.
     */
    boolean prefersOneDnn() {
        return vendor.equals("AuthenticAMD") && features.contains("avx512f");
    }
}
