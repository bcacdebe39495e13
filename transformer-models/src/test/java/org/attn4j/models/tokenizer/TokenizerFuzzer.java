package org.attn4j.models.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Gives tokenizers files and texts that somebody spoilt, and tells what they did not survive: a
 * dead or hanging process, or an exception other than those that are documented.
 *
 * <p>From the folder of the module, with its test class path:
 *
 * <pre>java -cp … org.attn4j.models.tokenizer.TokenizerFuzzer FIRST_SEED CASES</pre>
 *
 * <p>Each finding is a line with a seed; {@code TokenizerFuzzer SEED 1 here} repeats it in the
 * process itself.
 */
final class TokenizerFuzzer {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");
    private static final int PER_PROCESS = 20_000;
    private static final int TOKENS = 400;

    /** A case may take this long on a busy machine. */
    private static final long SECONDS = 60;

    private final List<JsonObject> published = new ArrayList<>();
    private final List<Path> models = new ArrayList<>();
    private final Path folder;

    private TokenizerFuzzer(Path folder) throws IOException {
        this.folder = folder;
        try (Stream<Path> files = Files.walk(GOLDENS)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.equals("tokenizer.json") && Files.size(file) < 200_000) {
                    published.add(JsonParser.parseString(Files.readString(file)).getAsJsonObject());
                } else if (name.endsWith(".model") && Files.size(file) < 200_000) {
                    models.add(file);
                }
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[0]);
        long cases = Long.parseLong(arguments[1]);
        if (arguments.length > 2) {
            inThisProcess(seed, cases, arguments[2].equals("here") ? null : Path.of(arguments[2]));
        } else {
            List<String> found = run(seed, cases);
            found.forEach(System.out::println);
            System.out.println(cases + " cases from seed " + seed + ": " + found.size() + " found");
        }
    }

    /**
     * Runs cases in processes of their own.
     *
     * @return what was found
     */
    static List<String> run(long firstSeed, long cases) throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        Path progress = Files.createTempFile("fuzz", ".seed");
        Path output = Files.createTempFile("fuzz", ".txt");
        try {
            for (long seed = firstSeed; seed < firstSeed + cases; ) {
                long many = Math.min(PER_PROCESS, firstSeed + cases - seed);
                write(progress, seed);
                Process process = start(seed, many, progress, output);
                boolean hangs = !waitFor(process, progress);
                try (Stream<String> lines = Files.lines(output)) {
                    lines.filter(line -> line.startsWith("seed ")).forEach(found::add);
                }
                if (!hangs && process.exitValue() == 0) {
                    seed += many;
                } else {
                    long at = read(progress);
                    found.add("seed " + at + (hangs ? ": hangs" : ": ends the process"));
                    seed = at + 1;
                }
            }
        } finally {
            Files.delete(progress);
            Files.delete(output);
        }
        return found;
    }

    private static Process start(long seed, long cases, Path progress, Path output)
            throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ProcessBuilder(
                        java.toString(),
                        "-Xmx1g",
                        "-Xss1m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + output + ".hs_err",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        TokenizerFuzzer.class.getName(),
                        String.valueOf(seed),
                        String.valueOf(cases),
                        progress.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** Waits for the end of a process, or of its patience with one case. */
    private static boolean waitFor(Process process, Path progress)
            throws IOException, InterruptedException {
        long last = read(progress);
        long since = System.nanoTime();
        while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
            long seed = read(progress);
            if (seed != last) {
                last = seed;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(SECONDS)) {
                process.destroyForcibly().waitFor();
                return false;
            }
        }
        return true;
    }

    private static void write(Path progress, long seed) throws IOException {
        Files.write(progress, ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
    }

    private static long read(Path progress) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(progress)).getLong();
    }

    private static void inThisProcess(long firstSeed, long cases, Path progress)
            throws IOException {
        Path folder = Files.createTempDirectory("fuzz");
        try {
            TokenizerFuzzer fuzzer = new TokenizerFuzzer(folder);
            try (FileChannel channel =
                    progress == null
                            ? null
                            : FileChannel.open(progress, StandardOpenOption.WRITE)) {
                for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
                    if (channel != null) {
                        channel.write(ByteBuffer.allocate(8).putLong(0, seed), 0);
                    }
                    try {
                        fuzzer.one(seed);
                    } catch (RuntimeException | Error e) {
                        System.out.println("seed " + seed + ": " + e + " " + place(e));
                        if (progress == null) {
                            e.printStackTrace();
                        }
                    }
                }
            }
        } finally {
            for (File file : folder.toFile().listFiles()) {
                Files.delete(file.toPath());
            }
            Files.delete(folder);
        }
    }

    private static String place(Throwable e) {
        return e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0].toString();
    }

    private void one(long seed) throws IOException {
        TokenizerMutator mutator = new TokenizerMutator(seed, published);
        if (seed % 8 == 0) {
            sentencePiece(mutator, seed);
        } else if (seed % 8 == 1) {
            file(mutator);
        } else if (seed % 8 == 2) {
            textsOnly(mutator);
        } else {
            contents(mutator);
        }
    }

    /** The contents of a file. */
    private static void contents(TokenizerMutator mutator) {
        JsonObject root = mutator.tokenizer();
        List<String> tokens = tokens(root);
        String json = root.toString();
        try (Segmenter segmenter = LibrarySegmenter.open(root, "the file")) {
            use(mutator, segmenter, tokens);
        } catch (IOException e) {
            described(e);
        } catch (IllegalStateException | ClassCastException | UnsupportedOperationException e) {
            // The reader of folders calls these a setting of an unexpected kind.
            described(new IOException(String.valueOf(e.getMessage())));
        }
        try (ModelTokenizer tokenizer =
                TrainedTokenizers.tokenizer(
                        TrainedTokenizers.segmenter(
                                json,
                                "the file",
                                new SpecialTokens("<s>", null, null, "<unk>"),
                                false),
                        null)) {
            for (int i = 0; i < 2; i++) {
                tokenizer.decode(tokenizer.ids(mutator.text(tokens)));
            }
        } catch (IOException e) {
            described(e);
        } catch (IllegalStateException e) {
            described(new IOException(e));
        }
    }

    private static void use(TokenizerMutator mutator, Segmenter segmenter, List<String> tokens) {
        for (int i = 0; i < 3; i++) {
            try {
                String text = mutator.text(tokens);
                String pair = i == 2 ? mutator.text(tokens) : null;
                TokenizedText encoded = segmenter.segment(new TextPair(text, pair), i > 0);
                segmenter.join(encoded.ids(), i > 1);
                segmenter.join(mutator.ids(segmenter.size()), false);
            } catch (IllegalStateException e) {
                described(new IOException(e));
            }
        }
        try {
            segmenter.join(tokens.subList(0, Math.min(3, tokens.size())));
        } catch (IllegalStateException e) {
            described(new IOException(e));
        }
    }

    private static void described(IOException e) {
        if (e.getMessage() == null || e.getMessage().isEmpty()) {
            throw new IllegalArgumentException("an error without a message", e);
        }
    }

    private static List<String> tokens(JsonObject root) {
        List<String> tokens = new ArrayList<>();
        if (root.get("model") instanceof JsonObject model
                && model.get("vocab") instanceof JsonObject vocabulary) {
            for (Map.Entry<String, JsonElement> entry : vocabulary.entrySet()) {
                if (tokens.size() < TOKENS) {
                    tokens.add(entry.getKey());
                }
            }
        }
        if (root.get("added_tokens") instanceof com.google.gson.JsonArray added) {
            for (JsonElement one : added) {
                if (one instanceof JsonObject token
                        && token.get("content") instanceof com.google.gson.JsonPrimitive content) {
                    tokens.add(content.getAsString());
                }
            }
        }
        return tokens;
    }

    /** A file of a folder, with the bytes of another sort spoilt. */
    private void file(TokenizerMutator mutator) throws IOException {
        JsonObject root = mutator.tokenizer();
        List<String> tokens = tokens(root);
        byte[] bytes = root.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(folder.resolve("tokenizer.json"), mutator.damaged(bytes));
        open(mutator, tokens);
        Files.delete(folder.resolve("tokenizer.json"));
    }

    private void open(TokenizerMutator mutator, List<String> tokens) {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            for (int i = 0; i < 3; i++) {
                try {
                    String text = mutator.text(tokens);
                    TokenizedText encoded =
                            i == 2
                                    ? tokenizer.encode(text, mutator.text(tokens))
                                    : tokenizer.encode(text);
                    tokenizer.decode(encoded.ids(), i == 0);
                    tokenizer.decode(mutator.ids(tokenizer.vocabularySize()), false);
                } catch (IllegalStateException e) {
                    described(new IOException(e));
                }
            }
        } catch (IOException e) {
            described(e);
        }
    }

    private void textsOnly(TokenizerMutator mutator) throws IOException {
        JsonObject root =
                published.get(mutator.ids(published.size() + 1).length % published.size());
        List<String> tokens = tokens(root);
        try (Segmenter segmenter = LibrarySegmenter.open(root.deepCopy(), "the file")) {
            for (int i = 0; i < 4; i++) {
                use(mutator, segmenter, tokens);
            }
        }
    }

    private void sentencePiece(TokenizerMutator mutator, long seed) throws IOException {
        Path model = models.get((int) (seed / 8 % models.size()));
        Path file = folder.resolve(model.getFileName());
        Files.write(file, mutator.damaged(Files.readAllBytes(model)));
        String type =
                List.of("t5", "llama", "albert", "xlm-roberta", "camembert", "mbart")
                        .get((int) (seed / 64 % 6));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"" + type + "\"}");
        open(mutator, List.of("\u2581a", "the", "<s>", "<0x41>", "<extra_id_1>", "en_XX"));
        Files.delete(file);
        Files.delete(folder.resolve("config.json"));
    }
}
