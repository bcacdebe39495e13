package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.tools.Benchmarks.Subject;
import org.attn4j.models.checkpoint.onnx.OnnxSentenceModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each measurement, small and once: that all contenders run, and agree where they should. */
class MeasurementsTest {

    @TempDir static Path folder;

    private static final EngineOptions ENGINE = new EngineOptions();
    private static NDManager manager;
    private static OnnxFiles onnx;
    private static Settings settings;

    @BeforeAll
    static void open() throws IOException {
        manager = ENGINE.open().newManager();
        onnx = new OnnxFiles();
        settings = new Settings(manager, 1, model(), onnx.folder(), TorchPeer.NONE);
    }

    /** The model of the artifact as a folder. */
    private static Path model() throws IOException {
        Path tokenizer = folder.resolve("tokenizer.json");
        try (InputStream in =
                MeasurementsTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
            Files.copy(in, tokenizer);
        }
        Path model = Files.createDirectory(folder.resolve("model"));
        new OnnxSentenceModel("sentence-transformers/all-MiniLM-L6-v2", false, 256, true)
                .write(onnx.folder().resolve(OnnxEncoder.FLOAT32), tokenizer, model);
        return model;
    }

    @AfterAll
    static void close() throws IOException {
        onnx.close();
        manager.close();
    }

    private static List<Row> measured(Measurement measurement) throws IOException {
        List<Times> times = new Rounds(0, 1, 1).time(measurement);
        List<Row> rows =
                Rows.of(measurement, times, Collections.nCopies(times.size(), (Long) null));
        rows.forEach(row -> assertTrue(row.wallMillis() > 0, row.toString()));
        return rows;
    }

    private static List<String> contenders(List<Row> rows) {
        return rows.stream().map(Row::contender).toList();
    }

    /** Ours, ours in the precisions that this machine has, and others. */
    private static List<String> oursAnd(String... others) {
        List<String> all = new ArrayList<>(List.of("ours"));
        Contender.rounded(manager, 0, precision -> null).forEach(each -> all.add(each.name()));
        all.addAll(List.of(others));
        return all;
    }

    @Test
    void attentionForwardAndBackward() throws IOException {
        for (boolean backward : List.of(false, true)) {
            List<Row> rows =
                    measured(
                            new AttentionMeasurement("attention.tiny", 2, 7, 24, 3, backward)
                                    .of(manager, TorchPeer.NONE));
            assertEquals(
                    List.of(
                            "ours",
                            "ours, reference kernel",
                            "DJL's block",
                            "bound: matMul",
                            "bound: linear kernel"),
                    contenders(rows));
        }
    }

    @Test
    void aTrainingStep() throws IOException {
        for (float dropout : new float[] {0, 0.1f}) {
            List<Row> rows =
                    measured(
                            new TrainMeasurement("train.tiny", 2, 16, 2, 3, 5, 11, dropout)
                                    .of(manager, TorchPeer.NONE));
            assertEquals(
                    List.of("ours", "DJL's blocks", "bound: matMul", "bound: linear kernel"),
                    contenders(rows));
        }
    }

    @Test
    void aTrainingStepInBfloat16() throws IOException {
        Optional<Measurement> lower =
                new TrainMeasurement("train.tiny", 2, 16, 2, 3, 5, 11, 0).inBfloat16(manager);
        if (lower.isPresent()) { // as the processor has it
            assertEquals(
                    List.of("ours", "ours, float32", "bound: linear kernel"),
                    contenders(measured(lower.get())));
        }
    }

    @Test
    void sentencesAreEmbeddedAlikeByOnnxRuntime() throws IOException {
        EncodeMeasurements encode = new EncodeMeasurements(settings);
        List<String> models = oursAnd("ONNX Runtime", "ONNX Runtime int8");
        assertEquals(models, contenders(measured(encode.texts("encode.tiny", 9))));
        assertEquals(models, contenders(measured(encode.one(16))));
    }

    @Test
    void aRandomBertComputesAlikeInOnnxRuntime() throws IOException {
        List<Row> rows =
                measured(new EncodeMeasurements(settings).bert("encode.tiny", 2, 16, 2, 2, 6));
        assertEquals(
                oursAnd("ONNX Runtime", "bound: matMul", "bound: linear kernel"), contenders(rows));
    }

    @Test
    void processesLoadAndTellTheirPeak() throws IOException {
        Measurement load = new EncodeMeasurements(settings).load();
        ContenderProcess.Result result =
                ContenderProcess.run(load, load.contenders().get(1), ENGINE, settings);
        assertTrue(result.opened().wallNanos() > 0);
        assertEquals(384, result.values().get(0).length);
        if (Files.exists(Path.of("/proc/self/status"))) {
            assertTrue(result.peakBytes() > 20_000_000, () -> "peak " + result.peakBytes());
        }
    }

    @Test
    void aProcessThatFailsIsAnError() {
        Measurement wrong =
                Measurement.of(
                        "none", "step", 1, new EncodeMeasurements(settings).load().contenders());
        assertThrows(
                IOException.class,
                () -> ContenderProcess.run(wrong, wrong.contenders().get(0), ENGINE, settings));
    }

    @Test
    void valuesDoNotDependOnTheRunsBefore() throws Exception {
        Contender ours =
                new AttentionMeasurement("attention.tiny", 1, 3, 8, 2, false)
                        .of(manager, TorchPeer.NONE)
                        .contenders()
                        .get(0);
        try (Work work = ours.opener().open()) {
            float[] first = work.values().get(0);
            work.run();
            assertArrayEquals(first, work.values().get(0));
        }
    }

    @Test
    void theCatalogueNamesEachMeasurementOnce() throws IOException {
        List<String> names = names(Subject.ALL);
        assertEquals(names.size(), names.stream().distinct().count());
        for (Subject subject : Subject.IN_ALL) {
            String begin = subject.name().toLowerCase(Locale.ROOT) + ".";
            List<String> own = names(subject);
            assertEquals(
                    names.stream().filter(it -> it.startsWith(begin)).collect(Collectors.toList()),
                    own);
            assertEquals(own.get(0), Catalogue.named(own.get(0), settings).name());
        }
    }

    private static List<String> names(Subject subject) throws IOException {
        return Catalogue.of(subject, settings).stream().map(Measurement::name).toList();
    }

    @Test
    void recordedRatiosAreOfWhatIsMeasured() throws IOException {
        List<String> measured = new ArrayList<>();
        for (Measurement each : Catalogue.of(Subject.SMALL, settings)) {
            each.contenders().forEach(it -> measured.add(each.name() + " " + it.name()));
        }
        List<String> recorded =
                Document.read(Path.of("ratios.json")).rows().stream().map(Row::key).toList();
        assertEquals(List.of(), recorded.stream().filter(key -> !measured.contains(key)).toList());
        for (String name : names(Subject.SMALL)) {
            assertTrue(
                    recorded.stream().anyMatch(key -> key.startsWith(name + " ")),
                    "no ratio is recorded of " + name);
        }
    }

    @Test
    void translationByOursAndByTheReferenceScoresAlike() throws IOException {
        TranslateMeasurement.Sizes sizes = new TranslateMeasurement.Sizes(1, 16, 24, 1200);
        List<Row> rows =
                measured(
                        TranslateMeasurement.small("translate.tiny", sizes, 5)
                                .of(manager, TorchPeer.NONE));
        assertEquals(
                oursAnd("reference, one by one", "bound: matMul", "bound: linear kernel"),
                contenders(rows));
    }

    @Test
    void generationByOursTheReferenceAndLlamaIsAlike() throws Exception {
        Measurement tiny = new DecodeMeasurement("decode.tiny", 2, 32, 2, 50, 4).of(manager, 1);
        List<String> others = new ArrayList<>(List.of("ours, reference kernels"));
        if (LlamaLibrary.isLoaded()) {
            others.addAll(List.of("llama.cpp", "llama.cpp int8"));
        }
        others.add("bound: reading weights");
        assertEquals(oursAnd(others.toArray(String[]::new)), contenders(measured(tiny)));
        try (Work ours = tiny.contenders().get(0).opener().open()) {
            assertEquals(4, ours.values().get(0).length);
        }
    }

    @Test
    void kernelsAreTheJvmsAgainAfterOtherWork() throws Exception {
        String before = System.getProperty(Kernels.PROPERTY);
        List<String> seen = new ArrayList<>();
        Contender.Opener opener =
                () -> {
                    seen.add(System.getProperty(Kernels.PROPERTY));
                    throw new IOException("cannot be opened");
                };
        assertThrows(IOException.class, () -> UnderKernels.of("reference", opener).open());
        assertEquals(List.of("reference"), seen);
        assertEquals(before, System.getProperty(Kernels.PROPERTY));
    }

    @Test
    void growthStandsBesideItsSmallestSize() throws IOException {
        for (Measurement growth : Catalogue.of(Subject.GROWTH, settings)) {
            assertTrue(growth.contenders().size() >= 3, growth.name());
        }
    }

    @Test
    void boundsCountTheProductsOfALayer() {
        // 4 D² of the projections and 8 D² of the feed-forward block, for each row
        long products =
                MatrixProducts.layers(3, 10, 16).stream()
                        .mapToLong(
                                it -> (long) it.count() * it.rows() * it.features() * it.outputs())
                        .sum();
        assertEquals(3 * 10 * 12 * 16 * 16, products);
    }
}
