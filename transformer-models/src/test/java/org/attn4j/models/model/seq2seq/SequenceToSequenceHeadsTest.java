package org.attn4j.models.model.seq2seq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;

class SequenceToSequenceHeadsTest {

    private static final Path CLASSIFIER = Path.of("src/test/resources/goldens/seq2seq/bart_class");

    @Test
    void textsToClassifyEndAsOftenAsEachOther() throws IOException {
        try (LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(CLASSIFIER);
                NDManager manager = model.manager().newSubManager()) {
            long[][] once = {{0, 5, 2}, {0, 2, 1}};
            assertEquals(
                    new Shape(2, 3),
                    model.run(ModelInputs.of(manager.create(once))).require("logits").getShape());
            for (long[][] uneven : new long[][][] {{{0, 5, 2}, {2, 5, 2}}, {{0, 5, 6}}}) {
                ModelInputs in = ModelInputs.of(manager.create(uneven));
                String message =
                        assertThrows(IllegalArgumentException.class, () -> model.run(in))
                                .getMessage();
                assertTrue(message.contains("end tokens (eos_token_id=2)"), message);
            }
        }
    }
}
