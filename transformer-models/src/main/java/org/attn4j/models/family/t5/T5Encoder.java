package org.attn4j.models.family.t5;

import java.util.List;
import java.util.function.Function;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.StackEncoder;

/** T5's encoder without a decoder. Takes {@code input_ids} and {@code attention_mask}, (B, T). */
final class T5Encoder extends StackEncoder {

    private static final List<String> INPUTS = List.of("input_ids", "attention_mask");

    T5Encoder(T5Config config, Function<Embeddings, EmbeddedStack> stack) {
        this(config, stack, new TokenEmbedding(config.vocabularySize(), config.modelSize()));
    }

    private T5Encoder(
            T5Config config, Function<Embeddings, EmbeddedStack> stack, TokenEmbedding tokens) {
        super(
                INPUTS,
                tokens,
                stack.apply(
                        Embeddings.builder()
                                .setTokens(tokens)
                                .optDropout(config.dropout())
                                .build()),
                null,
                0,
                0);
    }
}
