package org.attn4j.attention.spec;

import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.LinearAttention;
import org.attn4j.attention.mechanism.LocalAttention;
import org.attn4j.attention.mechanism.SparseAttention;
import org.attn4j.attention.pattern.BlockPattern;
import org.attn4j.attention.pattern.Factor;
import org.attn4j.attention.pattern.FixedPattern;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.StridedPattern;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.Score;

/** The mechanisms that look at some of the keys only. */
final class SparseProviders {

    private static final String ONE_SEQUENCE =
            "its pattern counts the places of one sequence that attends to itself; across sequences use local or local-predictive";
    private static final String EARLIER_PLACES =
            "its pattern sees earlier places alone, so it fits the self-attention of a decoder; in an encoder use sparse or longformer";
    private static final String FACTOR =
            "which part attends: merged (both), local, summary, or interleaved (local and summary in turns, layer by layer)";

    private SparseProviders() {}

    static List<AttentionProvider> all() {
        return List.of(blocks(), strided(), fixed(), longformer(), linear(), local(), predictive());
    }

    private static AttentionProvider blocks() {
        return MechanismInfo.builder("sparse")
                .setTitle("Sparse attention: window, global and random blocks")
                .setPurpose(
                        "Long sequences at a cost that grows linearly, with short ways between any two places.")
                .setEquation(
                        "multi-head attention in which block a sees block b if |a - b| <= w, a or b < global, or b is one of a's random blocks")
                .setPaper("Zaheer et al. 2020 (Big Bird), section 2")
                .setCost(
                        "time and memory BTDP for the P = 2 window + blockSize (1 + global + random) places that a query sees; a step reads P places of the cache")
                .setFile(SparseAttention.class)
                .optRotary()
                .optPlaces(ONE_SEQUENCE, AttentionPlace.ENCODER_SELF, AttentionPlace.DECODER_SELF)
                .addOption("blockSize", Integer.class, 16, "places in a block")
                .addOption(
                        "window",
                        Integer.class,
                        16,
                        "places that are seen on each side, rounded up to whole blocks")
                .addOption(
                        "global",
                        Integer.class,
                        1,
                        "blocks at the start that see all and are seen by all")
                .addOption("random", Integer.class, 1, "further blocks that each block sees")
                .addOption("seed", Integer.class, 0, "which random blocks; each layer has others")
                .provider(
                        (spec, site) ->
                                sparse(
                                        site,
                                        new BlockPattern(
                                                spec.integer("blockSize"),
                                                blocks(spec),
                                                spec.integer("global"),
                                                spec.integer("random"),
                                                1000L * spec.integer("seed") + site.layer())));
    }

    private static AttentionProvider strided() {
        return MechanismInfo.builder("sparse-strided")
                .setTitle("Sparse attention: strided")
                .setPurpose(
                        "Long sequences with a period, such as the rows of an image, generated place by place.")
                .setEquation(
                        "multi-head attention in which i sees j <= i if i - j <= l or (i - j) mod l = 0")
                .setPaper("Child et al. 2019, section 4.3")
                .setCost("time and memory BTD(l + T / l), BTD sqrt(T) at l = sqrt(T)")
                .setFile(SparseAttention.class)
                .optRotary()
                .optPlaces(EARLIER_PLACES, AttentionPlace.DECODER_SELF)
                .addOption(
                        "stride",
                        Integer.class,
                        null,
                        "l; the square root of the maximum length unless set")
                .addOption("factor", String.class, "merged", FACTOR)
                .provider(
                        (spec, site) ->
                                sparse(
                                        site,
                                        new StridedPattern(
                                                spec.integer("stride", stride(site)),
                                                factor(spec, site))));
    }

    private static AttentionProvider fixed() {
        return MechanismInfo.builder("sparse-fixed")
                .setTitle("Sparse attention: fixed")
                .setPurpose(
                        "Long sequences without a period, such as text, generated place by place.")
                .setEquation(
                        "multi-head attention in which i sees j <= i if floor(j / l) = floor(i / l) or j mod l >= l - c")
                .setPaper("Child et al. 2019, section 4.3")
                .setCost("time and memory BTD(l + c T / l), BTD sqrt(T) at l = sqrt(T)")
                .setFile(SparseAttention.class)
                .optRotary()
                .optPlaces(EARLIER_PLACES, AttentionPlace.DECODER_SELF)
                .addOption(
                        "stride",
                        Integer.class,
                        null,
                        "l; the square root of the maximum length unless set")
                .addOption(
                        "summary",
                        Integer.class,
                        1,
                        "c, the last places of each block that all later ones see")
                .addOption("factor", String.class, "merged", FACTOR)
                .provider(
                        (spec, site) ->
                                sparse(
                                        site,
                                        new FixedPattern(
                                                spec.integer("stride", stride(site)),
                                                spec.integer("summary"),
                                                factor(spec, site))));
    }

    private static AttentionProvider longformer() {
        return MechanismInfo.builder("longformer")
                .setTitle("Sliding-window attention with dilation and global tokens")
                .setPurpose(
                        "Long documents in which most of what matters is near, and a few places speak for all.")
                .setEquation(
                        "multi-head attention in which i sees j if |i - j| <= window d and (i - j) mod d = 0, or i or j is global")
                .setPaper("Beltagy et al. 2020 (Longformer), section 3.1")
                .setCost(
                        "time and memory BTD(2 window + 1 + globals); a step reads as many places of the cache")
                .setFile(SparseAttention.class)
                .optRotary()
                .optPlaces(ONE_SEQUENCE, AttentionPlace.ENCODER_SELF, AttentionPlace.DECODER_SELF)
                .addOption("window", Integer.class, 16, "places that are seen on each side")
                .addOption("dilations", List.class, List.of(1), "d of each head, or one for all")
                .addOption(
                        "globals",
                        List.class,
                        List.of(0),
                        "the places that see all and are seen by all")
                .provider(
                        (spec, site) ->
                                sparse(
                                        site,
                                        new WindowPattern(
                                                spec.integer("window"),
                                                ints(spec.integers("dilations")),
                                                ints(spec.integers("globals")))));
    }

    private static AttentionProvider linear() {
        return MechanismInfo.builder("linear")
                .setTitle("Linear attention")
                .setPurpose(
                        "Very long sequences, and generation whose step costs the same at every length.")
                .setEquation(
                        "context_i = phi(q_i)^T S / (phi(q_i) . z), S = sum_j phi(k_j) v_j^T, z = sum_j phi(k_j), phi(x) = elu(x) + 1")
                .setPaper("Katharopoulos et al. 2020, equations 4 to 12")
                .setCost("time B(T+S)DH, memory B(T+S)D; cache BD(H+1), whatever the length")
                .setFile(LinearAttention.class)
                .addOption("bias", Boolean.class, true, "whether the four projections have a bias")
                .provider(
                        (spec, site) ->
                                new LinearAttention(
                                        site.modelSize(), site.heads(), spec.flag("bias")));
    }

    private static AttentionProvider local() {
        return localOptions(
                        MechanismInfo.builder("local")
                                .setTitle("Local attention, monotonic")
                                .setPurpose(
                                        "Source and target run side by side, or a place needs its neighbours alone.")
                                .setEquation(
                                        "context_t = sum_s a_t(s) value_s, a_t = softmax over |s - t| <= D of score(query_t, key_s)"))
                .provider(
                        (spec, site) ->
                                LocalAttention.monotonic(
                                        score(spec, site), spec.integer("window"), site.dropout()));
    }

    private static AttentionProvider predictive() {
        return localOptions(
                        MechanismInfo.builder("local-predictive")
                                .setTitle("Local attention, predictive")
                                .setPurpose(
                                        "Each target looks at one stretch of the source, which it has to find first.")
                                .setEquation(
                                        "as local around p_t = S sigmoid(v_p . tanh(W_p query_t)), times exp(-(s - p_t)^2 / (2 sigma^2)), sigma = D / 2"))
                .addOption(
                        "positionSize",
                        Integer.class,
                        null,
                        "hidden features of the prediction; the model size unless set")
                .provider(
                        (spec, site) ->
                                LocalAttention.predictive(
                                        score(spec, site),
                                        spec.integer("window"),
                                        spec.integer("positionSize", site.modelSize()),
                                        0,
                                        site.dropout()));
    }

    private static MechanismInfo.Builder localOptions(MechanismInfo.Builder builder) {
        return builder.setPaper("Luong et al. 2015, section 3.2")
                .setCost("time and memory BT(2D + 1) model sizes; a step reads its window")
                .setFile(LocalAttention.class)
                .addOption("window", Integer.class, 10, "D, places on each side of the centre")
                .addOption(
                        "score",
                        String.class,
                        "general",
                        "how a query scores a key: dot, general, concat or additive");
    }

    private static Score score(AttentionSpec spec, AttentionSite site) {
        int size = site.modelSize();
        return switch (spec.text("score")) {
            case "dot" -> new DotScore();
            case "general" -> new GeneralScore(size);
            case "concat" -> new ConcatScore(size);
            case "additive" -> new AdditiveScore(size);
            default ->
                    throw new IllegalArgumentException(
                            "score must be dot, general, concat or additive, got "
                                    + spec.text("score"));
        };
    }

    private static Attention sparse(AttentionSite site, SparsePattern pattern) {
        return SparseAttention.builder()
                .setModelSize(site.modelSize())
                .setHeads(site.heads())
                .setPattern(pattern)
                .optDropout(site.dropout())
                .optRotary(site.rotary())
                .build();
    }

    /** The window in blocks. */
    private static int blocks(AttentionSpec spec) {
        int size = Math.max(1, spec.integer("blockSize")); // the pattern refuses less
        return (spec.integer("window") + size - 1) / size;
    }

    private static int stride(AttentionSite site) {
        return Math.max(1, (int) Math.round(Math.sqrt(site.maxLength())));
    }

    private static Factor factor(AttentionSpec spec, AttentionSite site) {
        return switch (spec.text("factor")) {
            case "merged" -> Factor.MERGED;
            case "local" -> Factor.LOCAL;
            case "summary" -> Factor.SUMMARY;
            case "interleaved" -> site.layer() % 2 == 0 ? Factor.LOCAL : Factor.SUMMARY;
            default ->
                    throw new IllegalArgumentException(
                            "factor must be merged, local, summary or interleaved, got "
                                    + spec.text("factor"));
        };
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
