package org.attn4j.cli.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.config.YamlFile;
import org.attn4j.cli.io.ChildJvm;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.training.StopSignal;

/**
 * Trains one contender after the other, each in a process of its own, and keeps each row as soon as
 * it is there: for a mechanism X, {@code X.yaml} is its whole configuration, {@code X.json} its row
 * and {@code X/} its model directory.
 */
final class Comparison {

    /** Says that a folder holds a comparison. */
    private static final String MARK = "comparison.json";

    private static final long POLL_MILLIS = 100;

    private final TranslationConfig config;
    private final EngineOptions engine;
    private final Path folder;
    private final PrintWriter err;

    Comparison(
            TranslationConfig config,
            EngineOptions engine,
            Path folder,
            boolean resume,
            PrintWriter err) {
        Require.that(
                resume || !Files.exists(folder.resolve(MARK)),
                "%s holds a comparison already: go on with --resume, or choose another --runs",
                folder);
        this.config = config;
        this.engine = engine;
        this.folder = folder;
        this.err = err;
    }

    /** Trains all of them, or those until the signal; the report is written after each. */
    ComparisonResult run(List<Contender> contenders, StopSignal stop, Path report)
            throws IOException {
        Files.createDirectories(folder);
        ComparisonResult result =
                new ComparisonResult(config, engine.engineName(), engine.threads());
        String kernels = null;
        for (int i = 0; i < contenders.size() && !stop.isRequested(); i++) {
            Contender contender = contenders.get(i);
            AtomicFile.writeString(folder.resolve(MARK), Json.pretty(result.document()) + "\n");
            err.printf("%s (%s of %s)%n", contender.label(), i + 1, contenders.size());
            Job job = new Job(contender, kernels);
            ComparedRow row = job.finished() ? ComparedRow.read(job.row()) : job.run(stop);
            if (row != null) {
                result.rows().add(row);
                kernels = row.kernels();
            } else if (!stop.isRequested()) {
                result.failures().put(contender.label(), job.problem.get());
            }
            if (row != null) {
                AtomicFile.writeString(report.toAbsolutePath(), result.report().toHtml());
            }
        }
        AtomicFile.writeString(folder.resolve(MARK), Json.pretty(result.document()) + "\n");
        return result;
    }

    /** The training of one contender. */
    private final class Job {

        private final Contender contender;
        private final String kernels; // those of the first row, so that all compute alike
        private final String yaml;
        private final AtomicReference<String> problem = new AtomicReference<>("it left no row");

        Job(Contender contender, String kernels) {
            this.contender = contender;
            this.kernels = kernels;
            yaml = YamlFile.write(contender.in(config).tree());
        }

        Path row() {
            return file(".json");
        }

        private Path file(String ending) {
            return folder.resolve(contender.fileName() + ending);
        }

        /** Whether an earlier comparison was asked just this, and finished it. */
        boolean finished() throws IOException {
            return Files.exists(row()) && ComparedRow.read(row()).job().equals(digest());
        }

        /** Trains; null if that failed or was stopped. */
        ComparedRow run(StopSignal stop) throws IOException {
            Path run = file("");
            clear(run);
            Files.deleteIfExists(row());
            AtomicFile.writeString(file(".yaml"), yaml);
            Process process =
                    ChildJvm.of(ProcessMemory.JVM_OPTIONS, CompareWorker.class, arguments(run))
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                pass(process);
                while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (stop.isRequested()) {
                        process.destroy();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop.request();
            } finally {
                process.destroyForcibly();
            }
            return Files.exists(row()) ? ComparedRow.read(row()) : null;
        }

        private List<String> arguments(Path run) {
            List<String> arguments = new ArrayList<>(engine.arguments(kernels));
            arguments.addAll(List.of("--label", contender.label(), "--job", digest()));
            arguments.addAll(
                    List.of(
                            "--places",
                            String.join(
                                    ",",
                                    contender.slots().stream().map(AttentionSlot::name).toList())));
            arguments.addAll(List.of(file(".yaml").toString(), run.toString(), row().toString()));
            return arguments;
        }

        /** Hands on what the process says, and remembers what it says of its failure. */
        private void pass(Process process) {
            Thread thread =
                    new Thread(
                            () -> {
                                try (BufferedReader lines =
                                        new BufferedReader(
                                                new InputStreamReader(
                                                        process.getErrorStream(),
                                                        StandardCharsets.UTF_8))) {
                                    lines.lines().forEach(this::hear);
                                } catch (IOException | UncheckedIOException e) {
                                    // The process ended in the middle of a line.
                                }
                            },
                            "attn4j-compare");
            thread.setDaemon(true);
            thread.start();
        }

        private void hear(String line) {
            if (line.startsWith("attn4j: ")) {
                problem.set(line.substring("attn4j: ".length()));
            }
            err.println("  " + line);
        }

        /** Everything that the row depends on. */
        private String digest() {
            String asked = yaml + contender.slots() + engine.arguments(null);
            try {
                byte[] digest =
                        MessageDigest.getInstance("SHA-256")
                                .digest(asked.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }

    /**
     * Removes what an interrupted training left: its speed and memory would not be those of one.
     */
    private static void clear(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return;
        }
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
