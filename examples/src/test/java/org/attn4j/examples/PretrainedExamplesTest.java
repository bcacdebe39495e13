package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.FillMask;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.MaskPrediction;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.zoo.Attn4jCriteria;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the Java examples of docs/pretrained.md, and holds its text to the code here. */
@Tag("engine")
class PretrainedExamplesTest {

    private static final String ENGINE = System.getProperty("attn4j.engine", "PyTorch");
    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final Path MASKED = GOLDENS.resolve("tasks/bert_fill_mask");

    @TempDir Path target;

    private static float[] logits(Path folder) throws IOException {
        try (LoadedModel model = Pretrained.loader().optEngine(ENGINE).load(folder);
                NDManager call = model.manager().newSubManager()) {
            NDArray ids = call.create(new long[][] {{2, 45, 4, 3}});
            NDArray logits =
                    model.run(ModelInputs.of(ids)).require("logits"); // (B, T, V) of a masked LM
            return logits.toFloatArray();
        }
    }

    private static void fill(Path folder) throws IOException {
        try (TaskModel model =
                TaskModel.load(Task.FILL_MASK, folder, Pretrained.loader().optEngine(ENGINE))) {
            for (MaskPrediction best : new FillMask(model).fill("The [MASK] is red.").get(0)) {
                System.out.println(best.text() + " " + best.score());
            }
        }
    }

    private static String generate(Path folder) throws IOException {
        try (TextGenerator generator =
                TextGenerator.load(folder, Pretrained.loader().optEngine(ENGINE))) {
            GenerationRequest request =
                    GenerationRequest.builder()
                            .optMaxNewTokens(40)
                            .optSampling(7)
                            .opt("top_p", 0.9)
                            .build();
            return generator.generate("The cat", request).text();
        }
    }

    private static String classify(String model, String text) throws Exception {
        Criteria<String, Classifications> criteria =
                Attn4jCriteria.of(model, String.class, Classifications.class)
                        .optEngine(ENGINE)
                        .build();
        try (ZooModel<String, Classifications> loaded = criteria.loadModel();
                Predictor<String, Classifications> predictor = loaded.newPredictor()) {
            return predictor.predict(text).best().getClassName();
        }
    }

    private static void save(Path folder, Path target) throws IOException {
        try (LoadedModel loaded =
                Pretrained.loader().optEngine(ENGINE).optTrainable(true).load(folder)) {
            // … a Trainer over loaded.model(), as the README shows; then
            loaded.save(target);
        }
    }

    @Test
    void theExamplesRun() throws Exception {
        fill(MASKED);
        assertFalse(generate(GOLDENS.resolve("generation/texts/gpt2_text")).isEmpty());
        String text = "This movie was great.";
        String label = classify(GOLDENS.resolve("tasks/bert_classify").toString(), text);
        assertTrue(label.matches("contradiction|neutral|entailment"), label);
    }

    @Test
    void whatIsSavedIsWhatWasLoaded() throws Exception {
        save(MASKED, target);
        assertArrayEquals(logits(MASKED), logits(target));
        assertArrayEquals(
                Files.readAllBytes(MASKED.resolve("model.safetensors")),
                Files.readAllBytes(target.resolve("model.safetensors")));
    }

    @Test
    void theDocumentShowsThisCode() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        String code =
                Files.readString(
                                root.resolve(
                                        "examples/src/test/java/org/attn4j/examples/PretrainedExamplesTest.java"))
                        .replaceAll("\\s+", "");
        Matcher blocks =
                Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(root.resolve("docs/pretrained.md")));
        int shown = 0;
        while (blocks.find()) {
            shown++;
            String example = blocks.group(1).replaceAll("\\s+", "");
            assertTrue(code.contains(example), blocks.group(1));
        }
        assertEquals(5, shown);
    }
}
