package org.attn4j.attention.spec;

import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.AlphaEntmax;
import org.attn4j.attention.align.Entmax15;
import org.attn4j.attention.align.Sparsemax;
import org.attn4j.attention.mechanism.AdaptiveSpanAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.mechanism.SentinelAttention;
import org.attn4j.attention.mechanism.TalkingHeadsAttention;
import org.attn4j.attention.norm.CosineNorm;
import org.attn4j.attention.norm.QueryKeyLayerNorm;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.norm.QueryKeyUnitNorm;

/** Mechanisms that learn where, how far and how sharply to look. */
final class AdaptiveProviders {

    private static final String BIAS = "whether the four projections have a bias";

    private AdaptiveProviders() {}

    static List<AttentionProvider> all() {
        return List.of(
                adaptiveSpan(),
                sentinel(),
                entmax(),
                sparsemax(),
                talkingHeads(),
                cosine(),
                queryKeyNorm());
    }

    private static AttentionProvider adaptiveSpan() {
        return MechanismInfo.builder("adaptive-span")
                .setTitle("Adaptive attention span")
                .setPurpose(
                        "Self-attention whose heads learn how far back to look; where most heads need near places only.")
                .setEquation(
                        "weights[r] = m(t-r) exp(s[r]) / sum m exp(s), m(x) = min(max((ramp + z - x) / ramp, 0), 1), z learned by each head; loss + penalty / N sum z")
                .setPaper("Sukhbaatar et al. 2019, section 3")
                .setCost(
                        "training: time B T^2 D, memory B N T^2; a cached step reads max z + ramp places only")
                .setFile(AdaptiveSpanAttention.class)
                .optRotary()
                .optScoreBias()
                .optPlaces(
                        "it goes by the distance of query and key, which are of one sequence: use it as self-attention",
                        AttentionPlace.ENCODER_SELF,
                        AttentionPlace.DECODER_SELF)
                .addOption(
                        "maxSpan",
                        Integer.class,
                        null,
                        "the most places of a span; the greatest length unless set")
                .addOption("initialSpan", Double.class, 0.0, "the span to start with, in places")
                .addOption("ramp", Double.class, 32.0, "over how many places the span ends")
                .addOption("penalty", Double.class, 2e-6, "what a place of mean span costs")
                .addOption("bias", Boolean.class, true, BIAS)
                .provider(
                        (spec, site) ->
                                AdaptiveSpanAttention.builder()
                                        .setModelSize(site.modelSize())
                                        .setHeads(site.heads())
                                        .setMaxSpan(spec.integer("maxSpan", site.maxLength()))
                                        .optInitialSpan(spec.number("initialSpan"))
                                        .optRamp(spec.number("ramp"))
                                        .optPenalty(spec.number("penalty"))
                                        .optSymmetric(site.place() == AttentionPlace.ENCODER_SELF)
                                        .optBias(spec.flag("bias"))
                                        .optDropout(site.dropout())
                                        .optRotary(site.rotary())
                                        .build());
    }

    private static AttentionProvider sentinel() {
        return MechanismInfo.builder("sentinel")
                .setTitle("Adaptive attention with a sentinel")
                .setPurpose(
                        "Cross-attention that learns when not to look, and to go by what the decoder knows instead.")
                .setEquation(
                        "s = sigmoid(W_x x + W_h h') tanh(m); [a; b] = softmax([w tanh(W_v v + W_g h); w tanh(W_s s + W_g h)]); context = W_p (b s + (1 - b) c + h)")
                .setPaper("Lu et al. 2017, equations 6 to 13")
                .setCost("time BTSA; memory BTSA, A units in the score; cache BS(A + D)")
                .setFile(SentinelAttention.class)
                .optPlaces(
                        "it weighs what a decoder knows against what it looks at: use it as cross-attention",
                        AttentionPlace.CROSS)
                .addOption(
                        "hiddenSize",
                        Integer.class,
                        null,
                        "A, the units of the score; modelSize unless set")
                .provider((spec, site) -> sentinel(spec, site));
    }

    private static Attention sentinel(AttentionSpec spec, AttentionSite site) {
        int size = site.modelSize();
        return new SentinelAttention(
                new SentinelAttention.Sizes(size, size, spec.integer("hiddenSize", size), size),
                site.dropout());
    }

    private static AttentionProvider entmax() {
        return MechanismInfo.builder("entmax")
                .setTitle("Adaptively sparse attention (alpha-entmax)")
                .setPurpose(
                        "Heads that learn how sharply to look: from softmax to few keys, the others with exactly no weight.")
                .setEquation(
                        "weights[i] = max((alpha - 1) z[i] - tau, 0)^(1 / (alpha - 1)), tau such that they sum to 1, alpha in (1, 2] learned by each head")
                .setPaper(
                        "Correia et al. 2019, section 3; Peters et al. 2019, section 3, for the mapping")
                .setCost(
                        "as multi-head attention with the reference kernel, and about 15 softmaxes for tau (a sort for alpha = 1.5 or 2)")
                .setFile(AlphaEntmax.class)
                .optRotary()
                .optScoreBias()
                .addOption(
                        "alpha",
                        Double.class,
                        null,
                        "from 1.01 to 2, for all heads; learned by each unless set")
                .addOption("bias", Boolean.class, true, BIAS)
                .provider(
                        (spec, site) ->
                                projected(spec, site).optAlignment(entmax(spec, site)).build());
    }

    private static Alignment entmax(AttentionSpec spec, AttentionSite site) {
        if (!spec.has("alpha")) {
            return AlphaEntmax.learned(site.heads());
        }
        double alpha = spec.number("alpha");
        return alpha == 1.5 ? Entmax15.INSTANCE : AlphaEntmax.fixed(alpha);
    }

    private static AttentionProvider sparsemax() {
        return MechanismInfo.builder("sparsemax")
                .setTitle("Sparsemax attention")
                .setPurpose(
                        "Weights that can be read as a selection: few keys, and exactly nothing for the others.")
                .setEquation("weights[i] = max(z[i] - tau, 0), tau such that they sum to 1")
                .setPaper("Martins and Astudillo 2016, section 2")
                .setCost(
                        "as multi-head attention with the reference kernel, and a sort: BNTS log S")
                .setFile(Sparsemax.class)
                .optRotary()
                .optScoreBias()
                .addOption("bias", Boolean.class, true, BIAS)
                .provider(
                        (spec, site) ->
                                projected(spec, site).optAlignment(Sparsemax.INSTANCE).build());
    }

    private static AttentionProvider talkingHeads() {
        return MechanismInfo.builder("talking-heads")
                .setTitle("Talking-heads attention")
                .setPurpose(
                        "Multi-head attention whose heads share what they see, so that small heads do not each see too little.")
                .setEquation(
                        "J = scale Q K^T by key heads; W = softmax(J mixed by P_l); context = (W mixed by P_w) V by value heads")
                .setPaper("Shazeer et al. 2020")
                .setCost(
                        "as multi-head attention with the reference kernel, and time BTS N(Nk + Nv)")
                .setFile(TalkingHeadsAttention.class)
                .optRotary()
                .optScoreBias()
                .addOption(
                        "keyHeads",
                        Integer.class,
                        null,
                        "Nk, the heads of queries and keys; as many as the softmax has unless set")
                .addOption(
                        "valueHeads",
                        Integer.class,
                        null,
                        "Nv, the heads of values; as many as the softmax has unless set")
                .addOption("bias", Boolean.class, true, BIAS)
                .provider(
                        (spec, site) ->
                                TalkingHeadsAttention.builder()
                                        .setModelSize(site.modelSize())
                                        .setHeads(site.heads())
                                        .optKeyHeads(spec.integer("keyHeads", site.heads()))
                                        .optValueHeads(spec.integer("valueHeads", site.heads()))
                                        .optBias(spec.flag("bias"))
                                        .optDropout(site.dropout())
                                        .optRotary(site.rotary())
                                        .build());
    }

    private static AttentionProvider cosine() {
        return MechanismInfo.builder("cosine")
                .setTitle("Scaled cosine attention")
                .setPurpose(
                        "Multi-head attention whose scores cannot grow without bound, in deep or wide models.")
                .setEquation("scores = cos(q, k) / tau, tau >= 0.01 learned by each head")
                .setPaper("Liu et al. 2022 (Swin Transformer V2), section 3.2")
                .setCost("as multi-head attention, and the norms: B(T+S)D")
                .setFile(CosineNorm.class)
                .optRotary()
                .optScoreBias()
                .addOption("bias", Boolean.class, true, BIAS)
                .provider(
                        (spec, site) ->
                                projected(spec, site)
                                        .optQueryKeyNorm(new CosineNorm(site.heads()))
                                        .build());
    }

    private static AttentionProvider queryKeyNorm() {
        return MechanismInfo.builder("qk-norm")
                .setTitle("Query-key normalisation")
                .setPurpose(
                        "Multi-head attention on normalised queries and keys: by length for small data, by layer norm against divergence.")
                .setEquation(
                        "length: scores = g (q / |q|) . (k / |k|), one learned g; layer: scores = LN(q) . LN(k) / sqrt(H)")
                .setPaper(
                        "Henry et al. 2020, section 3 (length); Dehghani et al. 2023, section 2 (layer)")
                .setCost("as multi-head attention, and the norms: B(T+S)D")
                .setFile(QueryKeyNorm.class)
                .optRotary()
                .optScoreBias()
                .addOption("kind", String.class, "length", "length or layer")
                .addOption(
                        "length",
                        Integer.class,
                        null,
                        "of sequences, from which g starts at log2(n^2 - n); the greatest unless set")
                .addOption("bias", Boolean.class, true, BIAS)
                .provider(
                        (spec, site) ->
                                projected(spec, site)
                                        .optQueryKeyNorm(queryKeyNorm(spec, site))
                                        .build());
    }

    private static QueryKeyNorm queryKeyNorm(AttentionSpec spec, AttentionSite site) {
        String kind = spec.text("kind");
        return switch (kind) {
            case "length" ->
                    new QueryKeyUnitNorm(spec.integer("length", Math.max(2, site.maxLength())));
            case "layer" -> new QueryKeyLayerNorm(site.modelSize() / site.heads());
            default ->
                    throw new IllegalArgumentException(
                            "qk-norm: kind must be length or layer, got " + kind);
        };
    }

    private static MultiHeadAttention.Builder projected(AttentionSpec spec, AttentionSite site) {
        return MultiHeadAttention.builder()
                .setModelSize(site.modelSize())
                .setHeads(site.heads())
                .optBias(spec.flag("bias"))
                .optDropout(site.dropout())
                .optRotary(site.rotary());
    }
}
