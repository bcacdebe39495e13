package org.attn4j.models.family.deepseek;

import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalHeads;

/** Puts a head on a DeepSeek model. */
final class DeepSeekHeads {

    private DeepSeekHeads() {}

    static PretrainedModel create(
            String name, DeepSeekConfig config, ConfigReader reader, String architecture) {
        boolean base = architecture.equals(CausalHeads.base(name));
        PretrainedModel model =
                new CausalHeads(
                                name,
                                name + "ForCausalLM",
                                "score",
                                config.hiddenSize(),
                                config.tieEmbeddings(),
                                config.initializerRange())
                        .create(
                                architecture,
                                new DeepSeekModel(config),
                                reader,
                                config.classifierDropout(),
                                DeepSeekWeights.of(config, base));
        reader.finish();
        return model;
    }
}
