package org.attn4j.models.family.transformer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.Random;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.testkit.TestEngine;

/** Small models with random weights, the same each time. */
public final class TinyModels {

    private TinyModels() {}

    /** Two layers of 16, vocabularies of 11 and 13, no dropout. */
    public static TransformerConfig.Builder config() {
        return TransformerConfig.builder()
                .optModelSize(16)
                .optLayers(2)
                .optHeads(4)
                .optFeedForwardSize(24)
                .optDropout(0)
                .setSourceVocabularySize(11)
                .setTargetVocabularySize(13)
                .optMaxLength(40);
    }

    /** Reads a {@code config.json}, of which nothing may be left. */
    public static TransformerConfig read(JsonObject json) {
        ConfigReader reader = new ConfigReader(json, "config.json");
        TransformerConfig config = TransformerConfig.of(reader);
        reader.finish();
        return config;
    }

    public static TransformerModel model(TransformerConfig config, NDManager manager) {
        Engine.getEngine(TestEngine.name()).setRandomSeed(7);
        TransformerModel model = new TransformerModel(config);
        model.initialize(manager);
        // Zero biases would hide mistakes.
        Random random = new Random(5);
        model.getParameters()
                .forEach(
                        pair -> {
                            NDArray array = pair.getValue().getArray();
                            pair.getValue().freeze(true);
                            float[] values = array.toFloatArray();
                            for (int i = 0; i < values.length; i++) {
                                values[i] += (float) (0.1 * random.nextGaussian());
                            }
                            try (NDArray changed =
                                    array.getManager().create(values, array.getShape())) {
                                changed.copyTo(array);
                            }
                        });
        return model;
    }

    public static NDArray ids(NDManager manager, int rows, long... ids) {
        return manager.create(ids, new Shape(rows, ids.length / rows));
    }
}
