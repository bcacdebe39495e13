package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person sees who gives the command something it cannot use. */
@Tag("engine")
class BadInputTest {

    @TempDir static Path folder;

    private static Path model;

    @BeforeAll
    static void train() {
        model = folder.resolve("model");
        Outcome outcome = Cli.trainTiny(model, "--max-steps", "2");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    /** One sentence on standard error, nothing on standard output, no stack trace. */
    private static void assertRefused(Outcome outcome, int code, String... parts) {
        assertEquals(code, outcome.code(), outcome.err());
        assertEquals("", outcome.out());
        List<String> lines = outcome.err().lines().toList();
        String sentence = lines.get(lines.size() - 1);
        for (String part : parts) {
            assertTrue(sentence.contains(part), outcome.err());
        }
        assertTrue(sentence.startsWith("attn4j: "), outcome.err());
        assertFalse(outcome.err().contains("\tat "), outcome.err());
    }

    private static Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Outcome trainOn(Path source, Path target) {
        return Cli.trainTiny(
                folder.resolve("refused-" + source.getFileName()),
                "--set",
                "data.corpus=files",
                "--set",
                "data.train.source=" + source,
                "--set",
                "data.train.target=" + target,
                "--set",
                "data.valid.source=" + source,
                "--set",
                "data.valid.target=" + target,
                "--set",
                "data.test.source=" + source,
                "--set",
                "data.test.target=" + target);
    }

    @Test
    void filesOfDifferentLineCounts() throws IOException {
        Outcome outcome = trainOn(write("three", "1\n2\n3\n"), write("two", "1\n2\n"));
        assertRefused(outcome, ExitCode.FAILED, "three", "two", "3", "2");
    }

    @Test
    void aFileThatIsNotUtf8() throws IOException {
        Path latin = folder.resolve("latin");
        Files.write(latin, "été\n".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(trainOn(latin, write("ok", "1\n")), ExitCode.FAILED, "latin", "UTF-8");
    }

    @Test
    void anEmptyFile() throws IOException {
        Path empty = write("empty", "");
        assertRefused(trainOn(empty, empty), ExitCode.FAILED, "empty");
    }

    @Test
    void aFileThatIsNotThere() {
        Path absent = folder.resolve("absent");
        assertRefused(trainOn(absent, absent), ExitCode.FAILED, "absent");
    }

    @Test
    void filesOfEmptyLinesAlone() throws IOException {
        Path blank = write("blank", "\n\n\n");
        assertEquals(ExitCode.FAILED, trainOn(blank, blank).code());
    }

    @Test
    void anAbsurdlyLongLine() throws IOException {
        Path endless = write("endless", "1 ".repeat(2_000_000) + "\n");
        assertRefused(trainOn(endless, endless), ExitCode.FAILED, "endless", "line 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.warmpSteps=3|did you mean 'training.warmupSteps'?",
                "model.modelSize=15|encoderHeads",
                "model.dropout=1.5|dropout",
                "training.learningRate=-1|learningRate",
                "batching.tokensPerBatch=1|tokensPerBatch",
                "training.steps=soon|training.steps must be a whole number, got \"soon\"",
                "decoding.beams=0|beams must be at least 1 and at most 4096, got 0",
                "nonsense|--set takes key=value",
                "data.corpus=mine|data.corpus must be one of"
            })
    void valuesThatCannotBe(String assignment, String expected) {
        Outcome outcome = Cli.trainTiny(folder.resolve("never"), "--set", assignment);
        assertRefused(outcome, ExitCode.USAGE, expected);
        assertFalse(Files.exists(folder.resolve("never")));
    }

    @Test
    void unknownNames() {
        assertRefused(
                Cli.run("train", "multi30k-de-fn"),
                ExitCode.USAGE,
                "did you mean 'multi30k-de-en'");
        assertRefused(Cli.run("train", "no/such.yaml"), ExitCode.USAGE, "no/such.yaml");
        assertRefused(Cli.run("configs", "dmo"), ExitCode.USAGE, "did you mean 'demo'?");
        assertRefused(
                Cli.run("translate", "--model", model.toString(), "--engine", "Torch", "1"),
                ExitCode.USAGE,
                "unknown engine 'Torch'",
                "--engine PyTorch");
        assertRefused(
                Cli.run(
                        "translate",
                        "--model",
                        model.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--device",
                        "tpu",
                        "1"),
                ExitCode.USAGE,
                "unknown device 'tpu'");
        assertRefused(
                Cli.run(
                        "translate",
                        "--model",
                        model.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--device",
                        "gpu99",
                        "1"),
                ExitCode.USAGE,
                "device gpu99 is not there",
                "--device cpu");
        assertRefused(
                Cli.run("evaluate", "--model", model.toString(), "--metrics", "blue"),
                ExitCode.USAGE,
                "unknown metric 'blue'");
    }

    @Test
    void wrongCommandLines() {
        assertEquals(ExitCode.USAGE, Cli.run().code());
        assertEquals(ExitCode.USAGE, Cli.run("tranlate").code());
        assertEquals(ExitCode.USAGE, Cli.run("translate").code());
        assertEquals(ExitCode.USAGE, Cli.run("train").code());
        assertEquals(ExitCode.USAGE, Cli.run("translate", "--beam", "x").code());
    }

    private static Path copyOfModel(String name) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file,
                        copy.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return copy;
    }

    private static Outcome translateWith(Path directory) {
        return Cli.run("translate", "--model", directory.toString(), "--engine", Cli.ENGINE, "1 2");
    }

    /** Replaces text in the header of a safetensors file by other text of the same length. */
    private static void editHeader(Path directory, String from, String to) throws IOException {
        Path file = directory.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
        assertTrue(header.contains(from) && from.length() == to.length(), header);
        byte[] edited = header.replace(from, to).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(edited, 0, bytes, 8, length);
        Files.write(file, bytes);
    }

    @Test
    void aModelWithMissingAndUnusedTensors() throws IOException {
        Path broken = copyOfModel("renamed");
        editHeader(broken, "fc1.weight", "fcX.weight");
        assertRefused(translateWith(broken), ExitCode.FAILED, "fc1.weight", "fcX.weight");
    }

    @Test
    void aModelWithMisshapenTensors() throws IOException {
        Path broken = copyOfModel("misshapen");
        editHeader(broken, "[32,16]", "[16,32]");
        assertRefused(translateWith(broken), ExitCode.FAILED, "fc1.weight", "(16, 32)");
    }

    @Test
    void aTruncatedModel() throws IOException {
        Path broken = copyOfModel("truncated");
        Path file = broken.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
        assertRefused(translateWith(broken), ExitCode.FAILED, "model.safetensors");
    }

    @Test
    void aFolderThatIsNoModel() throws IOException {
        assertRefused(
                translateWith(Files.createDirectories(folder.resolve("void"))),
                ExitCode.FAILED,
                "void",
                "config.json");
        Path withoutTokenizer = copyOfModel("mute");
        Files.delete(withoutTokenizer.resolve("tokenizer.json"));
        assertRefused(translateWith(withoutTokenizer), ExitCode.FAILED, "tokenizer.json");
    }

    @Test
    void standardInputThatIsNotUtf8() {
        Outcome outcome =
                Cli.runWithInput(
                        new byte[] {(byte) 0xe9, '\n'},
                        "translate",
                        "--model",
                        model.toString(),
                        "--engine",
                        Cli.ENGINE);
        assertRefused(outcome, ExitCode.FAILED, "UTF-8");
    }

    @Test
    void verboseShowsTheStackTrace() {
        Outcome outcome = Cli.run("configs", "dmo", "--verbose");
        assertTrue(outcome.err().contains("\tat "), outcome.err());
    }

    @Test
    void aMissingNativeLibrary() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("no-natives"));
        String natives = "pytorch-native|pytorch-jni|mxnet-native";
        String classPath =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(
                                entry ->
                                        !Path.of(entry)
                                                .getFileName()
                                                .toString()
                                                .matches("(" + natives + ").*"))
                        .collect(Collectors.joining(File.pathSeparator));
        Process process =
                Cli.start(
                        classPath,
                        List.of("-DENGINE_CACHE_DIR=" + empty, "-Dai.djl.offline=true"),
                        "translate",
                        "--model",
                        model.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "1 2");
        process.getOutputStream().close();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(ExitCode.FAILED, process.waitFor(), err);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.contains("attn4j doctor"), err);
    }
}
