package org.attn4j.models.model.seq2seq;

import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;
import java.util.Objects;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.Head;

/**
 * What an {@link EncoderDecoder} is made of.
 *
 * @param architecture its name in transformers
 * @param weights its tensors' names; the block's children are {@code shared}, {@code encoder},
 *     {@code enc_to_dec_proj}, {@code decoder}, {@code lm_head} and {@code head}
 * @param shared the embedding that serves both sides, or null
 * @param encoder the encoder
 * @param bridge from the encoder's states to the memory, where their sizes differ; null for none
 * @param decoder the decoder, with cross-attention
 * @param output from the decoder's states to logits; null in a base model and where there is a head
 * @param head another task on the decoder's states, or null
 * @param endId where a head classifies sequences, the token of the source at whose last position it
 *     looks; null else
 * @param outputScale what the states are multiplied by before the output
 * @param labelShift how labels become decoder inputs
 * @param shiftsSource whether decoder inputs follow from the source where there are no labels
 * @param hidesSourcePadding whether padding is hidden in sources where no mask is given
 * @param hidesShiftedPadding whether padding is hidden in decoder inputs that follow from labels
 * @param sourceVocabularySize how many ids the encoder knows
 * @param targetVocabularySize how many tokens the output chooses among, V
 * @param decoderVocabularySize how many ids the decoder reads, which may be fewer or more
 * @param padId the id that fills up sources, and is not seen in generation
 * @param branches whether hypotheses of a source can share a row of the decoder: its attention
 *     knows no positions but those it is told, and keeps nothing but keys and values
 * @param initializer gives new weights their values
 */
public record EncoderDecoderParts(
        String architecture,
        WeightTable weights,
        TokenEmbedding shared,
        EmbeddedStack encoder,
        Block bridge,
        EmbeddedStack decoder,
        Block output,
        Head head,
        Integer endId,
        double outputScale,
        LabelShift labelShift,
        boolean shiftsSource,
        boolean hidesSourcePadding,
        boolean hidesShiftedPadding,
        long sourceVocabularySize,
        long targetVocabularySize,
        long decoderVocabularySize,
        int padId,
        boolean branches,
        Initializer initializer) {

    public EncoderDecoderParts {
        Objects.requireNonNull(architecture, "architecture");
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(decoder, "decoder");
        Objects.requireNonNull(labelShift, "labelShift");
    }
}
