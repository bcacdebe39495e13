package org.attn4j.models.family.llama;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A small published Llama tells the story that its authors printed. */
@Tag("engine")
class StoriesTest {

    private static final Path SHARED = Path.of(System.getProperty("attn4j.shared", "../../shared"));

    private static JsonObject golden;
    private static int[] story;

    @BeforeAll
    static void read() throws IOException {
        Path folder = SHARED.resolve("weights/stories260K");
        Assumptions.assumeTrue(Files.isDirectory(folder), "skipped: stories260K is not there");
        golden = JsonFiles.read(SHARED.resolve("goldens/weights/stories260K.json"));
        story =
                golden.getAsJsonArray("greedy_ids").asList().stream()
                        .mapToInt(id -> id.getAsInt())
                        .toArray();
    }

    private static LoadedModel load() throws IOException {
        return Pretrained.loader()
                .optEngine(TestEngine.name())
                .load(SHARED.resolve("weights/stories260K"));
    }

    @Test
    void continuesTheFirstTokenWithTheStory() throws IOException {
        try (LoadedModel model = load();
                NDManager manager = model.manager().newSubManager();
                StepDecoder decoder =
                        ((CausalModel) model.model())
                                .start(manager, manager.create(new long[][] {{story[0]}}), null)) {
            int[] told = new int[story.length];
            told[0] = story[0];
            for (int i = 1; i < told.length; i++) {
                try (NDManager step = manager.newSubManager()) {
                    NDArray logits = decoder.step(step.create(new long[] {told[i - 1]}));
                    told[i] = (int) logits.argMax(1).toType(DataType.INT64, false).getLong(0);
                }
            }
            assertArrayEquals(story, told);
        }
    }

    @Test
    void givesTheLogitsOfTheReference() throws IOException {
        JsonObject reference = golden.getAsJsonObject("own_reference");
        try (LoadedModel model = load();
                NDManager manager = model.manager().newSubManager()) {
            long[] ids = new long[story.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = story[i];
            }
            NDArray logits =
                    model.run(ModelInputs.of(manager.create(ids).expandDims(0)))
                            .require("logits")
                            .squeeze(0); // (T, V)
            assertLogits(reference.getAsJsonArray("logits_first_position"), logits.get(0));
            assertLogits(reference.getAsJsonArray("logits_position_20"), logits.get(20));
            assertLogits(reference.getAsJsonArray("logits_position_100"), logits.get(100));
        }
    }

    private static void assertLogits(JsonArray expected, NDArray logits) {
        float[] actual = logits.toFloatArray();
        assertEquals(expected.size(), actual.length);
        for (int i = 0; i < actual.length; i++) {
            assertEquals(expected.get(i).getAsFloat(), actual[i], 5e-5f, "token " + i);
        }
    }
}
