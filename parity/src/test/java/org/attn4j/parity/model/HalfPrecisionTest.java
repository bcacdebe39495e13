package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights of half precision, which the PyTorch engine computes in on every machine. */
class HalfPrecisionTest {

    /** Logits of about 10, of which float16 keeps 11 bits, after a few layers. */
    private static final double ALLOWED = 0.1;

    private static Pretrained.Loader loader() {
        return Pretrained.loader().optEngine("PyTorch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama_lm_a",
                "mistral_lm_a",
                "deepseek_v3_dense_lm_a",
                "deepseek_v3_moe_lm_a",
                "gpt2_lm_a",
                "gpt_neox_lm_a",
                "opt_lm_a",
                "bloom_lm_a"
            })
    void logitsAreAboutThoseOfSinglePrecision(String name) throws IOException {
        Path folder = GoldenModels.named(name);
        try (LoadedModel model = loader().optDataType(DataType.FLOAT16).load(folder);
                NDManager manager = model.manager().newSubManager();
                ModelFixture fixture = ModelFixture.open(folder)) {
            for (ModelFixture.Case it : fixture.cases().subList(0, 2)) {
                Map<String, NDArray> inputs = fixture.inputs(it, manager);
                NDArray logits = model.run(new ModelInputs(inputs, null)).require("logits");
                assertEquals(DataType.FLOAT16, logits.getDataType());
                NDArray difference =
                        logits.toType(DataType.FLOAT32, false)
                                .sub(fixture.output(it, "logits", manager))
                                .abs(); // (B, T, V)
                NDArray mask = inputs.get("attention_mask");
                NDArray counted =
                        mask == null
                                ? difference
                                : difference.mul(
                                        mask.toType(DataType.FLOAT32, false).expandDims(2));
                float largest = counted.max().getFloat();
                assertTrue(largest > 0 && largest < ALLOWED, it.name() + ": " + largest);
            }
        }
    }

    @Test
    void parametersAreHeldInTheType() throws IOException {
        try (LoadedModel model =
                loader().optDataType(DataType.FLOAT16).load(GoldenModels.named("llama_lm_a"))) {
            BlockParameters.of(model.model())
                    .byPath()
                    .forEach(
                            (path, parameter) ->
                                    assertEquals(
                                            DataType.FLOAT16,
                                            parameter.getArray().getDataType(),
                                            path));
        }
    }

    @Test
    void typesThatTheEngineCannotHoldAreRefused() {
        for (DataType type : new DataType[] {DataType.BFLOAT16, DataType.INT32}) {
            assertThrows(IllegalArgumentException.class, () -> loader().optDataType(type));
        }
    }
}
