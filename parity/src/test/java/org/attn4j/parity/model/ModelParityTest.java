package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class ModelParityTest {

    private static final Path MASKED = GoldenModels.named("bert_mlm_a");

    @Test
    void theFirstOutputThatDiffersIsNamed() throws IOException {
        try (LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(MASKED);
                ModelFixture fixture = ModelFixture.open(MASKED)) {
            BlockParameters.of(model.model()).byPath().entrySet().stream()
                    .filter(it -> it.getKey().endsWith("layers.1.self_attn.query_proj.weight"))
                    .findFirst()
                    .orElseThrow()
                    .getValue()
                    .getArray()
                    .muli(1.01);
            ModelParityReport report = ModelParity.check(model, fixture);
            assertFalse(report.within());
            assertEquals(
                    "attentions.1", report.cases().get(0).firstDifference().orElseThrow().name());
        }
    }
}
