package org.attn4j.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class Attn4jCriteriaTest {

    private static final List<String> SENTENCES = List.of("abc", "e", "dd ee", "abcde", "b");

    @TempDir private Path folder;
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        directory = TrainedDirectories.write(folder.resolve("letters"));
        System.setProperty(Attn4jZoo.FOLDER_PROPERTY, folder.toString());
    }

    @AfterEach
    void clear() {
        System.clearProperty(Attn4jZoo.FOLDER_PROPERTY);
    }

    @Test
    void aPredictorTranslatesAsTheModelDoes() throws Exception {
        List<String> expected = expected();
        try (ZooModel<String, String> model = load();
                Predictor<String, String> predictor = model.newPredictor()) {
            assertEquals(expected, predictor.batchPredict(SENTENCES));
            for (int i = 0; i < SENTENCES.size(); i++) {
                assertEquals(expected.get(i), predictor.predict(SENTENCES.get(i)));
            }
        }
    }

    @Test
    void manyThreadsShareAModel() throws Exception {
        List<String> expected = expected();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ZooModel<String, String> model = load()) {
            Callable<List<String>> task =
                    () -> {
                        List<String> found = new ArrayList<>();
                        try (Predictor<String, String> predictor = model.newPredictor()) {
                            for (int i = 0; i < 3; i++) {
                                found.addAll(predictor.batchPredict(SENTENCES));
                                found.add(predictor.predict(SENTENCES.get(i)));
                            }
                        }
                        return found;
                    };
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.addAll(expected);
                all.add(expected.get(i));
            }
            List<Future<List<String>>> futures = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                futures.add(threads.submit(task));
            }
            for (Future<List<String>> future : futures) {
                assertEquals(all, future.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void theNumberOfBeamsIsAnArgument() throws Exception {
        try (ZooModel<String, String> one = criteria().optArgument("beams", 1).build().loadModel();
                Predictor<String, String> predictor = one.newPredictor()) {
            GenerationRequest greedy = GenerationRequest.builder().optBeams(1).build();
            assertEquals(translations(greedy), predictor.batchPredict(SENTENCES));
        }
    }

    @Test
    void nothingInTheDirectoryIsRun() throws Exception {
        Path mark = folder.resolve("it-ran");
        plant(mark);
        try (ZooModel<String, String> model = load();
                Predictor<String, String> predictor = model.newPredictor()) {
            predictor.predict("abc");
        }
        try (ZooModel<String, String> model = byName("letters").loadModel()) {
            assertEquals(directory.toRealPath(), model.getModelPath().toRealPath());
        }
        assertFalse(Files.exists(mark), "code from the model directory was run");

        // The trap works: without the helper DJL does run it.
        Criteria<NDList, NDList> plain =
                Criteria.builder()
                        .setTypes(NDList.class, NDList.class)
                        .optModelPath(directory)
                        .optEngine(TestEngine.name())
                        .build();
        assertThrows(Throwable.class, () -> plain.loadModel().close());
        assertTrue(Files.exists(mark));
    }

    /** Plants a jar, a class file and settings, each with a factory that leaves a mark. */
    private void plant(Path mark) throws IOException {
        Path source = folder.resolve("src");
        Files.createDirectories(source);
        Path file = source.resolve("Planted.java");
        Files.writeString(
                file,
                """
                public class Planted implements ai.djl.nn.BlockFactory {
                    static {
                        try {
                            java.nio.file.Files.writeString(java.nio.file.Path.of("%s"), "ran");
                        } catch (java.io.IOException e) {
                            throw new RuntimeException(e);
                        }
                    }
                    public ai.djl.nn.Block newBlock(
                            ai.djl.Model model, java.nio.file.Path path, java.util.Map<String, ?> arguments) {
                        throw new IllegalStateException("planted");
                    }
                }
                """
                        .formatted(mark));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        int failed =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-proc:none",
                                "-d",
                                classes.toString(),
                                file.toString());
        assertEquals(0, failed);
        Path jar = directory.resolve("planted.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(new JarEntry("Planted.class"));
            entries.write(Files.readAllBytes(classes.resolve("Planted.class")));
        }
        Files.writeString(
                directory.resolve("serving.properties"),
                "blockFactory=Planted\ntranslatorFactory=Planted\noption.hasParameter=true\n");
    }

    @Test
    void theZooServesModelsByName() throws Exception {
        Files.createDirectories(folder.resolve("no-model"));
        ModelZoo zoo = ModelZoo.getModelZoo(Attn4jZoo.GROUP_ID);
        assertEquals(
                List.of("letters"),
                zoo.getModelLoaders().stream().map(ModelLoader::getArtifactId).toList());
        assertEquals("letters", zoo.getModelLoader("letters").getArtifactId());
        assertTrue(
                ModelZoo.listModels().values().stream()
                        .flatMap(List::stream)
                        .anyMatch(mrl -> mrl.getArtifactId().equals("letters")));
        try (ZooModel<String, String> model = byName("letters").loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            assertEquals(expected(), predictor.batchPredict(SENTENCES));
        }
    }

    @Test
    void namesDoNotLeadOutOfTheFolder() throws IOException {
        TrainedDirectories.write(folder.resolve("a/b"));
        ModelZoo zoo = ModelZoo.getModelZoo(Attn4jZoo.GROUP_ID);
        for (String name :
                List.of("..", "../" + folder.getFileName() + "/letters", "a/b", "/", "")) {
            assertNull(zoo.getModelLoader(name), name);
        }
        System.setProperty(Attn4jZoo.FOLDER_PROPERTY, folder.resolve("a").toString());
        assertNull(zoo.getModelLoader("../letters"));
        assertNull(zoo.getModelLoader(directory.toString()));
    }

    @Test
    void criteriaThatNameNoModelGetNone() {
        Criteria<String, String> any =
                Criteria.builder()
                        .setTypes(String.class, String.class)
                        .optGroupId(Attn4jZoo.GROUP_ID)
                        .optEngine(TestEngine.name())
                        .build();
        assertThrows(ModelNotFoundException.class, any::loadModel);
    }

    @Test
    void anEmptyFolderIsAnEmptyZoo() {
        System.setProperty(Attn4jZoo.FOLDER_PROPERTY, folder.resolve("absent").toString());
        assertTrue(ModelZoo.getModelZoo(Attn4jZoo.GROUP_ID).getModelLoaders().isEmpty());
    }

    private Criteria.Builder<String, String> criteria() {
        return Attn4jCriteria.of(directory.toString(), String.class, String.class)
                .optEngine(TestEngine.name());
    }

    private ZooModel<String, String> load() throws ModelException, IOException {
        return criteria().build().loadModel();
    }

    private static Criteria<String, String> byName(String name) {
        return Criteria.builder()
                .setTypes(String.class, String.class)
                .optGroupId(Attn4jZoo.GROUP_ID)
                .optArtifactId(name)
                .optEngine(TestEngine.name())
                .build();
    }

    private List<String> expected() throws IOException {
        return translations(GenerationRequest.DEFAULT);
    }

    private List<String> translations(GenerationRequest request) throws IOException {
        try (TextGenerator generator =
                TextGenerator.load(directory, Pretrained.loader().optEngine(TestEngine.name()))) {
            return generator.generate(SENTENCES, request).stream()
                    .map(found -> found.get(0).text())
                    .toList();
        }
    }
}
