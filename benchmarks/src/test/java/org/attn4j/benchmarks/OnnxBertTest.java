package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.gson.JsonParser;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.Test;

/** A BERT that ONNX Runtime computes, beside the same of ours. */
class OnnxBertTest {

    private static final String CONFIG =
            """
            {"model_type": "bert", "architectures": ["BertModel"], "vocab_size": 11,
             "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
             "intermediate_size": 20, "layer_norm_eps": 0.01}""";

    /** No two parameters have the same values, biases and gains included. */
    @Test
    void eachWeightIsInItsPlace() throws Exception {
        long[] ids = {3, 1, 4, 1, 5, 9, 2, 6, 5, 10};
        try (NDManager manager = new EngineOptions().open().newManager();
                LoadedModel model =
                        Pretrained.loader()
                                .optManager(manager)
                                .create(
                                        JsonParser.parseString(CONFIG).getAsJsonObject(),
                                        List.of())) {
            int seed = 0;
            for (Parameter each : BlockParameters.of(model.model()).byPath().values()) {
                NDArray values =
                        EngineWork.normal(manager, ++seed, 0.5, each.getArray().getShape());
                values.copyTo(each.getArray());
            }
            float[] ours =
                    model.run(ModelInputs.of(HostArrays.of(manager, ids, new Shape(2, 5))))
                            .require("last_hidden_state")
                            .toFloatArray();
            try (OnnxBert onnx = new OnnxBert(model, ids, 2, 1)) {
                assertEquals(0, Agreement.error(ours, onnx.values().get(0)), 1e-5);
            }
        }
    }
}
