package org.attn4j.models.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.Arrays;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masked language models that predict some tokens only. */
@Tag("engine")
class MaskedPositionsTest {

    private static final long[][] IDS = {{2, 11, 30, 31, 5}, {2, 40, 12, 32, 7}};
    private static final int[][] POSITIONS = {{3, 1}, {0, 4}};

    @ParameterizedTest
    @ValueSource(strings = {"bert_mlm_a", "distilbert_mlm_a", "roberta_mlm_a", "albert_mlm_a"})
    void thePositionsAskedForGiveTheLogitsThatAllGive(String folder) throws IOException {
        try (LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .load(GoldenFolders.named(folder));
                NDManager manager = model.manager().newSubManager()) {
            ModelInputs in = ModelInputs.of(manager.create(IDS));
            NDArray all = model.run(in).require("logits"); // (2, 5, V)
            NDArray positions = manager.create(new long[][] {{3, 1}, {0, 4}});
            NDArray labels = manager.create(new long[][] {{9, 8}, {-100, 7}});
            ModelOutputs some =
                    model.run(in.with("masked_positions", positions).with("labels", labels));
            int classes = (int) all.getShape().get(2);
            assertEquals(new Shape(2, 2, classes), some.require("logits").getShape());
            float[] whole = all.toFloatArray();
            float[] taken = some.require("logits").toFloatArray();
            for (int i = 0; i < 4; i++) {
                int row = 5 * (i / 2) + POSITIONS[i / 2][i % 2];
                assertArrayEquals(
                        Arrays.copyOfRange(whole, row * classes, (row + 1) * classes),
                        Arrays.copyOfRange(taken, i * classes, (i + 1) * classes),
                        1e-5f);
            }
            NDArray everywhere =
                    manager.create(
                            new long[][] {{-100, 8, -100, 9, -100}, {-100, -100, -100, -100, 7}});
            assertEquals(
                    model.run(in.with("labels", everywhere)).require("loss").getFloat(),
                    some.require("loss").getFloat(),
                    1e-5f);
            ModelInputs outside =
                    in.with("masked_positions", manager.create(new long[][] {{5}, {0}}));
            assertThrows(IllegalArgumentException.class, () -> model.run(outside));
        }
    }
}
