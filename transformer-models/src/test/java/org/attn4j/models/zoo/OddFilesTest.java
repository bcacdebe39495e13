package org.attn4j.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.Pipes;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelConversion;
import org.attn4j.models.model.ModelInspection;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders in which a file is none, or lies elsewhere: whatever opens a model refuses it by its
 * name, soon, and whatever copies one hands out nothing from outside.
 */
class OddFilesTest {

    private static final String SECRET = "a secret of this machine";
    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TempDir private Path place;

    private interface Reader {

        void read(Path folder, Path out, NDManager manager) throws IOException;
    }

    private record Use(String name, Set<String> files, Reader reader) {}

    private List<Use> uses() {
        return List.of(
                new Use(
                        "embedding",
                        Set.of(
                                "config.json",
                                "model.safetensors",
                                "modules.json",
                                "sentence_bert_config.json",
                                "config_sentence_transformers.json",
                                "1_Pooling/config.json",
                                "2_Dense/config.json",
                                "2_Dense/model.safetensors",
                                "tokenizer_config.json",
                                "special_tokens_map.json",
                                "added_tokens.json",
                                "vocab.txt"),
                        (folder, out, manager) -> {
                            Pretrained.Loader loader = Pretrained.loader().optManager(manager);
                            TaskModel model = TaskModel.load(Task.TEXT_EMBEDDING, folder, loader);
                            new TextEmbedder(model).embed(List.of("a"));
                            model.close();
                        }),
                new Use(
                        "save",
                        Set.of(
                                "generation_config.json",
                                "tokenizer.json",
                                "special_tokens_map.json",
                                "spiece.model",
                                "merges.txt",
                                "1_Pooling/config.json",
                                "0_Other/config.json"),
                        (folder, out, manager) -> {
                            try (LoadedModel model =
                                    Pretrained.loader().optManager(manager).load(folder)) {
                                model.save(out);
                                SentenceModel.of(model).saveModules(out);
                            }
                        }),
                new Use(
                        "convert",
                        Set.of(
                                "config.json",
                                "README.md",
                                "LICENSE",
                                "tokenizer.json",
                                "added_tokens.json",
                                "chat_template.json",
                                "1_Pooling/config.json",
                                "2_Dense/model.safetensors",
                                "model.safetensors"),
                        (folder, out, manager) ->
                                ModelConversion.builder().build().convert(folder, out)));
    }

    /** What may stand in the place of a file. */
    private enum Oddity {
        LINK_OUT,
        LINK_TO_DEVICE,
        LINK_TO_NOTHING,
        PIPE,
        FOLDER,
        ENDLESS;

        boolean put(Path file, Path secret) throws IOException, InterruptedException {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            switch (this) {
                case LINK_OUT -> Files.createSymbolicLink(file, secret);
                case LINK_TO_DEVICE -> {
                    if (!Files.exists(Path.of("/dev/zero"))) {
                        return false;
                    }
                    Files.createSymbolicLink(file, Path.of("/dev/zero"));
                }
                case LINK_TO_NOTHING -> Files.createSymbolicLink(file, Path.of("nothing"));
                case PIPE -> {
                    return Pipes.make(file);
                }
                case FOLDER -> Files.createDirectory(file);
                case ENDLESS -> {
                    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
                        large.setLength(1L << 42); // sparse: it takes no room
                    }
                }
            }
            return true;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.write(copy, Files.readAllBytes(file));
                }
            }
        }
    }

    private Path sentenceModel(String name) throws IOException {
        Path golden =
                GoldenFolders.all().stream()
                        .filter(folder -> folder.endsWith("sbert_dense"))
                        .findFirst()
                        .orElseThrow();
        Path folder = place.resolve(name);
        copy(golden, folder);
        Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": true}");
        return folder;
    }

    private static void assertNothingGotOut(Path out) throws IOException {
        if (Files.exists(out)) {
            try (Stream<Path> files = Files.walk(out)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertFalse(
                            Files.size(file) == SECRET.length()
                                    && Files.readString(file).equals(SECRET),
                            file.toString());
                }
            }
        }
    }

    @Test
    void everyOddFileIsRefusedByItsName() throws IOException, InterruptedException {
        Path secret = Files.writeString(place.resolve("secret"), SECRET);
        List<String> wrong = new ArrayList<>();
        int tried = 0;
        try (NDManager manager = TestEngine.manager()) {
            for (Use use : uses()) {
                for (String name : use.files()) {
                    for (Oddity oddity : Oddity.values()) {
                        Path folder = sentenceModel("model-" + tried);
                        if (!oddity.put(folder.resolve(name), secret)) {
                            continue;
                        }
                        Path out = place.resolve("out-" + tried++);
                        String refusal = attempt(use, folder, out, manager);
                        Files.delete(folder.resolve(name));
                        String last = name.substring(name.lastIndexOf('/') + 1);
                        // A copy is of files: a folder of such a name is none.
                        boolean none = oddity == Oddity.FOLDER && !use.name().equals("embedding");
                        if (refusal == null ? !none : !refusal.contains(last)) {
                            wrong.add(use.name() + " " + name + " " + oddity + ": " + refusal);
                        }
                        assertNothingGotOut(out);
                    }
                }
            }
        }
        assertTrue(tried > 100, "tried " + tried);
        assertEquals(List.of(), wrong);
    }

    private String attempt(Use use, Path folder, Path out, NDManager manager) {
        return assertTimeoutPreemptively(
                LONGEST,
                () -> {
                    try (NDManager scope = manager.newSubManager()) {
                        use.reader().read(folder, out, scope);
                        return null;
                    } catch (IOException e) {
                        return e.getMessage();
                    }
                },
                () -> use.name() + " " + folder);
    }

    @Test
    void aTrainedModelRefusesThemToo() throws IOException, InterruptedException {
        Path secret = Files.writeString(place.resolve("secret"), SECRET);
        int tried = 0;
        for (String name :
                List.of(
                        "config.json",
                        "generation_config.json",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "model.safetensors",
                        "source_tokenizer.json")) {
            for (Oddity oddity : Oddity.values()) {
                Path folder = TrainedDirectories.write(place.resolve("trained-" + tried++));
                if (oddity.put(folder.resolve(name), secret)) {
                    Use use =
                            new Use(
                                    name,
                                    Set.of(),
                                    (from, out, manager) ->
                                            TextGenerator.load(
                                                            from,
                                                            Pretrained.loader().optManager(manager))
                                                    .generate("a", GenerationRequest.DEFAULT));
                    try (NDManager manager = TestEngine.manager()) {
                        String refusal = attempt(use, folder, null, manager);
                        Files.delete(folder.resolve(name));
                        assertTrue(
                                refusal != null && refusal.contains(folder.toString()),
                                name + " " + oddity + ": " + refusal);
                    }
                }
            }
        }
    }

    /** A folder that is a link, whose files are links within it, as a Hub cache has it. */
    @Test
    void linksThatStayInsideWork() throws IOException {
        Path folder = sentenceModel("models--org--name/snapshots/c0ffee");
        Path blobs = Files.createDirectories(place.resolve("models--org--name/blobs"));
        int number = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path blob = blobs.resolve(Integer.toHexString(++number));
                Files.move(file, blob);
                Files.createSymbolicLink(file, file.getParent().relativize(blob));
            }
        }
        Path linked = Files.createSymbolicLink(place.resolve("linked"), folder);
        try (NDManager manager = TestEngine.manager()) {
            for (Use use : uses()) {
                use.reader().read(linked, place.resolve(use.name()), manager);
            }
            ModelInspection inspection = ModelInspection.of(linked, manager, false);
            assertTrue(inspection.files().contains("1_Pooling/config.json"));
        }
        assertFalse(Files.isSymbolicLink(place.resolve("save/modules.json")));
    }
}
