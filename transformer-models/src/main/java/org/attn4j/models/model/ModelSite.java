package org.attn4j.models.model;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a model something arises that an observer is told, such as {@code
 * decoder.layers.0.encoder_attn}.
 *
 * @param side in which stack
 * @param layer the layer, from 0; empty for the one attention of a recurrent decoder
 * @param sublayer in which part of the layer
 * @param part what the sublayer adds to its name for a part of its own; empty for the whole
 */
public record ModelSite(Side side, OptionalInt layer, Sublayer sublayer, String part) {

    /** A stack of a model. */
    public enum Side {
        /** The encoder of an encoder-decoder. */
        ENCODER,
        /** The decoder of an encoder-decoder. */
        DECODER,
        /** The one stack of any other model. */
        ONLY
    }

    /** A part of a layer. */
    public enum Sublayer {
        /** A sequence looks at itself. */
        SELF_ATTENTION,
        /** A decoder looks at what its encoder gave. */
        CROSS_ATTENTION,
        /** Global tokens look at the sequence in a way of their own. */
        GLOBAL_ATTENTION,
        /** The feed-forward block. */
        FEED_FORWARD
    }

    private static final String RECURRENT = "decoder.attention";

    private static final Pattern LAYER =
            Pattern.compile(
                    "(?:(encoder|decoder)\\.)?layers\\.(\\d{1,9})"
                            + "\\.(self_attn|encoder_attn|global_attn|mlp)(?:\\.(.+))?");

    /**
     * Reads a site.
     *
     * @param site as an observer is told it
     * @return what it says; empty if it is no site of a layer or of a recurrent decoder
     */
    public static Optional<ModelSite> of(String site) {
        if (site.equals(RECURRENT)) {
            return Optional.of(
                    new ModelSite(Side.DECODER, OptionalInt.empty(), Sublayer.CROSS_ATTENTION, ""));
        }
        Matcher matcher = LAYER.matcher(site);
        return matcher.matches() ? Optional.of(of(matcher)) : Optional.empty();
    }

    private static ModelSite of(Matcher matcher) {
        String side = matcher.group(1);
        String part = matcher.group(4);
        return new ModelSite(
                side == null ? Side.ONLY : side.equals("encoder") ? Side.ENCODER : Side.DECODER,
                OptionalInt.of(Integer.parseInt(matcher.group(2))),
                switch (matcher.group(3)) {
                    case "self_attn" -> Sublayer.SELF_ATTENTION;
                    case "encoder_attn" -> Sublayer.CROSS_ATTENTION;
                    case "global_attn" -> Sublayer.GLOBAL_ATTENTION;
                    default -> Sublayer.FEED_FORWARD;
                },
                part == null ? "" : part);
    }

    /**
     * Returns whether weights of attention arise here.
     *
     * @return whether this is the whole of an attention
     */
    public boolean isAttention() {
        return sublayer != Sublayer.FEED_FORWARD && part.isEmpty();
    }

    /**
     * Returns whether a decoder looks at what its encoder gave.
     *
     * @return whether this is the whole of a cross-attention
     */
    public boolean isCross() {
        return sublayer == Sublayer.CROSS_ATTENTION && part.isEmpty();
    }
}
