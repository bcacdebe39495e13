package org.attn4j.models.model.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.util.Arrays;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several texts in one row, of which none sees another. */
@Tag("engine")
class PackedTextsTest {

    private static final long[] FIRST = {5, 9, 7, 3};
    private static final long[] SECOND = {8, 2, 6};
    private static final long[] PACKED = {5, 9, 7, 3, 8, 2, 6};

    private static LoadedModel load(String folder) throws IOException {
        return Pretrained.loader().optEngine(TestEngine.name()).load(GoldenFolders.named(folder));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2_lm_a",
                "llama_lm_a",
                "llama_rope_linear_lm_a",
                "mistral_lm_a",
                "gpt_neox_lm_a",
                "opt_lm_a",
                "bloom_lm_a",
                "deepseek_v3_dense_lm_a"
            })
    void packedTextsGiveWhatTheyGiveAlone(String folder) throws IOException {
        try (LoadedModel model = load(folder);
                NDManager manager = model.manager().newSubManager()) {
            float[] packed = logits(model, packed(model, manager));
            float[] first = logits(model, ModelInputs.of(row(manager, FIRST)));
            float[] second = logits(model, ModelInputs.of(row(manager, SECOND)));
            assertArrayEquals(first, Arrays.copyOf(packed, first.length), 1e-5f);
            assertArrayEquals(
                    second, Arrays.copyOfRange(packed, first.length, packed.length), 1e-5f);
            float[] mixed = logits(model, ModelInputs.of(row(manager, PACKED)));
            assertFalse(
                    Arrays.equals(packed, mixed), "the second text must see the first unmasked");
        }
    }

    private static ModelInputs packed(LoadedModel model, NDManager manager) {
        ModelInputs in =
                ModelInputs.of(row(manager, PACKED)).with("attention_mask", apart(manager));
        boolean positions =
                model.model(ModelWithHead.class).base().inputNames().contains("position_ids");
        return positions
                ? in.with("position_ids", row(manager, new long[] {0, 1, 2, 3, 0, 1, 2}))
                : in;
    }

    /** Ones in two squares on the diagonal, (1, 7, 7). */
    private static NDArray apart(NDManager manager) {
        long[][] visible = new long[7][7];
        for (int t = 0; t < 7; t++) {
            for (int s = 0; s < 7; s++) {
                visible[t][s] = t < 4 == s < 4 ? 1 : 0;
            }
        }
        return manager.create(visible).expandDims(0);
    }

    private static NDArray row(NDManager manager, long[] ids) {
        return manager.create(new long[][] {ids});
    }

    private static float[] logits(LoadedModel model, ModelInputs in) {
        NDArray logits = model.run(in).require("logits");
        assertEquals(DataType.FLOAT32, logits.getDataType());
        return logits.toFloatArray();
    }

    @Test
    void aMaskOfAnotherSizeIsRefused() throws IOException {
        try (LoadedModel model = load("gpt2_lm_a");
                NDManager manager = model.manager().newSubManager()) {
            ModelInputs in =
                    ModelInputs.of(row(manager, FIRST)).with("attention_mask", apart(manager));
            assertThrows(IllegalArgumentException.class, () -> model.run(in));
        }
    }
}
