package org.attn4j.models.model.seq2seq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class EncoderDecoderTest {

    private static final Path MODEL = Path.of("src/test/resources/goldens/models/bart_a");
    private static final int PAD = 1;
    private static final int START = 2;

    /** A mask, and not the id, says what is padding: so does the length of a source. */
    @Test
    void aSourceIsReadWholeThoughThePaddingIdStandsInIt() throws IOException {
        int[] holding = {5, PAD, 9, 11};
        int[] shorter = {7, PAD};
        try (LoadedModel loaded = Pretrained.loader().optEngine(TestEngine.name()).load(MODEL);
                NDManager own = loaded.manager().newSubManager();
                StepDecoder decoder =
                        loaded.model(SequenceToSequenceModel.class)
                                .start(own, List.of(holding, shorter), PAD)) {
            NDArray first = decoder.step(own.create(new long[] {START, START})); // (2, V)
            NDArray mask = own.create(new long[] {1, 1, 1, 1, 1, 1, 0, 0}, new Shape(2, 4));
            NDArray ids = own.create(new long[] {5, PAD, 9, 11, 7, PAD, PAD, PAD}, new Shape(2, 4));
            NDArray starts = own.create(new long[] {START, START}, new Shape(2, 1));
            NDArray expected =
                    loaded.run(
                                    new ModelInputs(
                                            Map.of(
                                                    "input_ids", ids,
                                                    "attention_mask", mask,
                                                    "decoder_input_ids", starts),
                                            null))
                            .get("logits")
                            .squeeze(1);
            assertArrayEquals(expected.toFloatArray(), first.toFloatArray(), 1e-5f);
            try (StepDecoder byId = loaded.model(SequenceToSequenceModel.class).start(own, ids)) {
                NDArray hidden = byId.step(own.create(new long[] {START, START}));
                assertTrue(hidden.sub(first).abs().max().getFloat() > 1e-3);
            }
        }
    }
}
