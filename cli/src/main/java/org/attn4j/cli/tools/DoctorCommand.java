package org.attn4j.cli.tools;

import ai.djl.util.Utils;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.datasets.download.CacheFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code doctor}: what works on this machine, what is missing, and the mend. */
@Command(
        name = "doctor",
        description = {
            "Checks what works on this machine, and tells what is missing and the mend.",
            "The JDK, the engines and their natives, threads, memory, devices and cache folders."
        })
public final class DoctorCommand implements Callable<Integer> {

    private static final long GIB = 1L << 30;
    private static final List<String> ALLOCATOR =
            List.of("MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_");

    @Mixin private CommonOptions common;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** One line of the report; {@code mend} is empty where nothing needs one. */
    record Check(String subject, boolean works, String found, String mend) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<EngineProbe.Running> probes = new ArrayList<>();
        for (String engine : EngineOptions.available()) {
            probes.add(EngineProbe.start(engine));
        }
        List<Check> checks = new ArrayList<>();
        checks.add(java());
        checks.add(platform());
        checks.add(memory());
        checks.add(allocator());
        checks.add(telemetry());
        checks.add(cacheFolder("DJL's cache", Utils.getCacheDir(), "DJL_CACHE_DIR"));
        checks.add(cacheFolder("engine natives", Utils.getEngineCacheDir(), "ENGINE_CACHE_DIR"));
        checks.add(cacheFolder("corpora", CacheFolder.locate(), "ATTN4J_CACHE"));
        int working = 0;
        for (EngineProbe.Running probe : probes) {
            EngineProbe.Report report = probe.report();
            working += report.works() ? 1 : 0;
            checks.add(engine(report));
            checks.add(devices(report));
            if (report.works()) {
                checks.add(kernels(report));
            }
        }
        if (probes.size() < 2) {
            checks.add(missingEngine());
        }
        print(checks);
        return working > 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(List<Check> checks) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            checks.forEach(check -> document.put(check.subject(), check));
            out.println(Json.pretty(document));
            return;
        }
        for (Check check : checks) {
            out.printf(
                    "%-7s %-18s %s%n",
                    check.works() ? "ok" : "missing", check.subject(), check.found());
            if (!check.mend().isEmpty()) {
                out.printf("%-7s %-18s mend: %s%n", "", "", check.mend());
            }
        }
    }

    private static Check java() {
        int feature = Runtime.version().feature();
        String found = "Java %s, %s".formatted(Runtime.version(), System.getProperty("java.home"));
        boolean works = feature >= 17;
        return new Check("JDK", works, found, works ? "" : "install a JDK 17 or later");
    }

    private static Check platform() {
        String found =
                "%s %s, %s processors"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"),
                                Runtime.getRuntime().availableProcessors());
        return new Check("platform", true, found, "");
    }

    private static Check memory() {
        long heap = Runtime.getRuntime().maxMemory();
        String found = "Java heap up to %.1f GiB".formatted((double) heap / GIB);
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system) {
            found +=
                    ", machine %.1f GiB, free %.1f GiB"
                            .formatted(
                                    (double) system.getTotalMemorySize() / GIB,
                                    (double) system.getFreeMemorySize() / GIB);
        }
        return new Check("memory", true, found, "");
    }

    private static Check allocator() {
        if (!System.getProperty("os.name").startsWith("Linux")) {
            return new Check("allocator", true, "no setting on this platform", "");
        }
        boolean set = ALLOCATOR.stream().allMatch(name -> System.getenv(name) != null);
        return new Check(
                "allocator",
                true,
                set ? "tuned for big tensors" : "not tuned: training is about a fifth slower",
                set
                        ? ""
                        : "start with the attn4j launcher, or set " + String.join(", ", ALLOCATOR));
    }

    private static Check telemetry() {
        boolean off = Boolean.parseBoolean(Utils.getEnvOrSystemProperty("OPT_OUT_TRACKING"));
        return new Check(
                "telemetry",
                off,
                off ? "off" : "DJL reports its use",
                off ? "" : "set OPT_OUT_TRACKING=true");
    }

    private static Check cacheFolder(String subject, Path folder, String variable) {
        Path existing = folder.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        boolean writable = existing != null && Files.isWritable(existing);
        File disk = existing == null ? new File("/") : existing.toFile();
        String found = "%s, %.1f GiB free".formatted(folder, (double) disk.getUsableSpace() / GIB);
        return new Check(
                subject,
                writable,
                found,
                writable ? "" : "make %s writable, or set %s".formatted(folder, variable));
    }

    private static Check engine(EngineProbe.Report report) {
        return new Check(
                report.engine(),
                report.works(),
                report.works() ? report.version() + ", loads and computes" : report.problem(),
                report.works()
                        ? ""
                        : "remove the engine's folder from the natives' folder above and run again;"
                                + " on Linux install libgomp1 and libstdc++6");
    }

    private static Check devices(EngineProbe.Report report) {
        String found = report.gpus() == 0 ? "cpu" : "cpu, " + report.gpus() + " × gpu";
        return new Check(report.engine() + " devices", report.works(), found, "");
    }

    /** What computes; kernels that proved wrong are no fault of the machine's that needs a mend. */
    private static Check kernels(EngineProbe.Report report) {
        boolean fused = report.kernels().contains("fused");
        String found = report.kernels() + (fused ? ", each right on this machine" : "");
        for (String reason : report.refused()) {
            found += "; not used: " + reason;
        }
        return new Check(report.engine() + " kernels", true, found, "");
    }

    private static Check missingEngine() {
        return new Check(
                EngineOptions.MXNET,
                false,
                "not in this build: it is published for Linux and Windows on x86-64 alone",
                "use --engine PyTorch");
    }
}
