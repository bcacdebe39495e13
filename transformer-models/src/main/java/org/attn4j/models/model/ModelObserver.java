package org.attn4j.models.model;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.attention.capture.AttentionObserver;

/**
 * Collects the hidden states and attention weights of one call of a model, under the names of
 * transformers' outputs: {@code hidden_states.i} and {@code attentions.i} of an encoder or a
 * decoder-only model, {@code encoder_hidden_states.i}, {@code encoder_attentions.i}, {@code
 * decoder_hidden_states.i}, {@code decoder_attentions.i} and {@code cross_attentions.i} of an
 * encoder-decoder model, and {@code global_attentions.i} of a model whose global tokens look at the
 * sequence in a way of their own. They come in the order in which the model computes them.
 */
public final class ModelObserver implements AttentionObserver {

    private static final Pattern STATES =
            Pattern.compile("(?:(encoder|decoder)\\.)?(hidden_states\\.\\d+)");

    private final Map<String, NDArray> arrays = new LinkedHashMap<>();

    /** Creates an observer that has seen nothing yet. */
    public ModelObserver() {}

    @Override
    public void observe(String place, NDArray weights) {
        arrays.put(outputName(place), weights);
    }

    @Override
    public void hidden(String place, NDArray states) {
        arrays.put(outputName(place), states);
    }

    /**
     * Returns what was seen.
     *
     * @return the arrays by output name, in the order of their computation; they live on the
     *     manager of the call
     */
    public Map<String, NDArray> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    /**
     * Returns the name that transformers gives to what arises at a position.
     *
     * @param place the position that an observer is told, such as {@code
     *     decoder.layers.0.encoder_attn}
     * @return the name of the output, {@code cross_attentions.0}; the position itself where there
     *     is none
     */
    public static String outputName(String place) {
        Matcher states = STATES.matcher(place);
        if (states.matches()) {
            return states.group(1) == null
                    ? states.group(2)
                    : states.group(1) + "_" + states.group(2);
        }
        return ModelSite.of(place)
                .filter(ModelSite::isAttention)
                .filter(site -> site.layer().isPresent())
                .map(ModelObserver::outputName)
                .orElse(place);
    }

    private static String outputName(ModelSite site) {
        String kind =
                switch (site.sublayer()) {
                    case CROSS_ATTENTION -> "cross_attentions";
                    case GLOBAL_ATTENTION -> "global_attentions";
                    default ->
                            switch (site.side()) {
                                case ENCODER -> "encoder_attentions";
                                case DECODER -> "decoder_attentions";
                                case ONLY -> "attentions";
                            };
                };
        return kind + "." + site.layer().getAsInt();
    }
}
