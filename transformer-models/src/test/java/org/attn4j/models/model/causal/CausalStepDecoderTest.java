package org.attn4j.models.model.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class CausalStepDecoderTest {

    /** Prompt and mask may be gone, or be changed, before the first step. */
    @Test
    void promptAndMaskAreCopied() throws IOException {
        try (LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .load(GoldenFolders.named("llama_lm_a"));
                NDManager manager = model.manager().newSubManager()) {
            assertArrayEquals(
                    first(model, manager, false), first(model, manager, true), "the same logits");
        }
    }

    private static float[] first(LoadedModel model, NDManager manager, boolean change) {
        NDArray ids = manager.create(new long[][] {{5, 6, 7}, {0, 8, 9}});
        NDArray visible = manager.create(new long[][] {{1, 1, 1}, {0, 1, 1}});
        try (StepDecoder decoder = ((CausalModel) model.model()).start(manager, ids, visible)) {
            if (change) {
                ids.addi(1);
                visible.muli(0);
            }
            return decoder.step(manager.create(new long[] {0, 0})).toFloatArray();
        }
    }
}
