package org.attn4j.models.family.longformer;

import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.roberta.RobertaFamily;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderHeads;

/** Longformer with RoBERTa's heads: {@code model_type} {@code longformer}. */
public final class LongformerFamily extends RobertaFamily {

    /** Creates the family; the service loader calls this. */
    public LongformerFamily() {
        super("longformer", "Longformer", "longformer.", LongformerConfig.DEFAULTS);
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        LongformerConfig config = LongformerConfig.of(reader);
        EncoderConfig layers = config.layers();
        String task = task(architecture);
        TokenEmbedding tokens = layers.tokenEmbedding();
        String tensors = "encoder.layer.*.attention.self.";
        String path = "layers.*.self_attn.global.";
        EncoderHeads heads =
                heads(reader, layers, tokens, task)
                        .add(tensors + "query_global.*", path + "query_proj.*")
                        .add(tensors + "key_global.*", path + "key_proj.*")
                        .add(tensors + "value_global.*", path + "value_proj.*");
        return withHead(
                reader,
                architecture,
                layers,
                new LongformerModel(config, tokens, task, isPooled(task)),
                heads,
                layers.hiddenDropout());
    }
}
