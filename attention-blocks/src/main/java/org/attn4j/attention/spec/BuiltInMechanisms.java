package org.attn4j.attention.spec;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.attn4j.attention.Attention;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.AlphaEntmax;
import org.attn4j.attention.align.Entmax15;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.align.Sparsemax;
import org.attn4j.attention.mechanism.AdaptiveSpanAttention;
import org.attn4j.attention.mechanism.AdditiveAttention;
import org.attn4j.attention.mechanism.CoverageAttention;
import org.attn4j.attention.mechanism.DotProductAttention;
import org.attn4j.attention.mechanism.GlobalAttention;
import org.attn4j.attention.mechanism.HardAttention;
import org.attn4j.attention.mechanism.IntraDecoderAttention;
import org.attn4j.attention.mechanism.IntraTemporalAttention;
import org.attn4j.attention.mechanism.LinearAttention;
import org.attn4j.attention.mechanism.LocalAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention;
import org.attn4j.attention.mechanism.PersistentMemoryAttention;
import org.attn4j.attention.mechanism.ProjectedBuilder;
import org.attn4j.attention.mechanism.SentinelAttention;
import org.attn4j.attention.mechanism.SoftAttention;
import org.attn4j.attention.mechanism.SparseAttention;
import org.attn4j.attention.mechanism.TalkingHeadsAttention;
import org.attn4j.attention.mechanism.TransformerXlAttention;
import org.attn4j.attention.norm.CosineNorm;
import org.attn4j.attention.norm.QueryKeyLayerNorm;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.norm.QueryKeyUnitNorm;
import org.attn4j.attention.pattern.BlockPattern;
import org.attn4j.attention.pattern.Factor;
import org.attn4j.attention.pattern.FixedPattern;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.StridedPattern;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;
import org.attn4j.common.Require;

/** The mechanisms of this module: how each is made from its options, and the site. */
final class BuiltInMechanisms {

    private static final Map<String, BiFunction<AttentionSpec, AttentionSite, Attention>> MAKERS =
            Map.ofEntries(
                    // scaled dot products
                    entry("multi-head", (spec, site) -> multiHead(spec, site, site.heads())),
                    entry("grouped-query", BuiltInMechanisms::groupedQuery),
                    entry("multi-query", (spec, site) -> multiHead(spec, site, 1)),
                    entry("dot-product", BuiltInMechanisms::dotProduct),
                    // a score for every key, as in recurrent decoders
                    entry("additive", BuiltInMechanisms::additive),
                    entry("soft", BuiltInMechanisms::soft),
                    entry(
                            "hard",
                            (spec, site) ->
                                    new HardAttention(
                                            imageScore(spec, site), spec.number("temperature"))),
                    entry("global-dot", (spec, site) -> global(spec, site, new DotScore())),
                    entry(
                            "global-general",
                            (spec, site) -> global(spec, site, new GeneralScore(site.modelSize()))),
                    entry(
                            "global-concat",
                            (spec, site) ->
                                    global(spec, site, new ConcatScore(hidden(spec, site)))),
                    entry("global-location", BuiltInMechanisms::globalLocation),
                    entry("coverage", BuiltInMechanisms::coverage),
                    // some of the keys
                    entry("sparse", (spec, site) -> sparse(site, blocks(spec, site))),
                    entry("sparse-strided", (spec, site) -> sparse(site, strided(spec, site))),
                    entry("sparse-fixed", (spec, site) -> sparse(site, fixed(spec, site))),
                    entry("longformer", (spec, site) -> sparse(site, window(spec))),
                    entry(
                            "linear",
                            (spec, site) ->
                                    new LinearAttention(
                                            site.modelSize(), site.heads(), spec.flag("bias"))),
                    entry(
                            "local",
                            (spec, site) ->
                                    LocalAttention.monotonic(
                                            score(spec, site),
                                            spec.integer("window"),
                                            site.dropout())),
                    entry("local-predictive", BuiltInMechanisms::localPredictive),
                    // where, how far and how sharply to look is learned
                    entry("adaptive-span", BuiltInMechanisms::adaptiveSpan),
                    entry("sentinel", BuiltInMechanisms::sentinel),
                    entry(
                            "entmax",
                            (spec, site) ->
                                    heads(spec, site).optAlignment(entmax(spec, site)).build()),
                    entry(
                            "sparsemax",
                            (spec, site) ->
                                    heads(spec, site).optAlignment(Sparsemax.INSTANCE).build()),
                    entry("talking-heads", BuiltInMechanisms::talkingHeads),
                    entry(
                            "cosine",
                            (spec, site) ->
                                    heads(spec, site)
                                            .optQueryKeyNorm(new CosineNorm(site.heads()))
                                            .build()),
                    entry(
                            "qk-norm",
                            (spec, site) ->
                                    heads(spec, site).optQueryKeyNorm(norm(spec, site)).build()),
                    // memories
                    entry("latent", BuiltInMechanisms::latent),
                    entry("persistent-memory", BuiltInMechanisms::persistent),
                    entry("transformer-xl", BuiltInMechanisms::transformerXl),
                    // time
                    entry(
                            "intra-temporal",
                            (spec, site) ->
                                    new IntraTemporalAttention(site.modelSize(), site.dropout())),
                    entry(
                            "intra-decoder",
                            (spec, site) ->
                                    new IntraDecoderAttention(site.modelSize(), site.dropout())));

    private static final List<AttentionProvider> ALL =
            MechanismCatalogue.read().stream()
                    .map(
                            info ->
                                    AttentionProvider.of(
                                            info,
                                            MAKERS.getOrDefault(
                                                    info.name(), BuiltInMechanisms::nowhere)))
                    .toList();

    private BuiltInMechanisms() {}

    /** All, in the order in which they are listed. */
    static List<AttentionProvider> all() {
        return ALL;
    }

    /** A mechanism with inputs of its own is refused before, as it has no slot. */
    private static Attention nowhere(AttentionSpec spec, AttentionSite site) {
        throw new IllegalStateException(spec.mechanism() + " is no part of another model");
    }

    private static MultiHeadAttention.Builder heads(AttentionSpec spec, AttentionSite site) {
        return shared(MultiHeadAttention.builder(), spec, site)
                .optRotary(site.rotary())
                .optPrunedHeads(site.prunedHeads());
    }

    private static <B extends ProjectedBuilder<B>> B shared(
            B builder, AttentionSpec spec, AttentionSite site) {
        return builder.setModelSize(site.modelSize())
                .setHeads(site.heads())
                .optBias(spec.flag("bias"))
                .optDropout(site.dropout());
    }

    private static Attention multiHead(AttentionSpec spec, AttentionSite site, int keyValueHeads) {
        return heads(spec, site).optKeyValueHeads(keyValueHeads).build();
    }

    private static Attention groupedQuery(AttentionSpec spec, AttentionSite site) {
        int half = site.heads() % 2 == 0 ? site.heads() / 2 : 1;
        return multiHead(spec, site, spec.integer("keyValueHeads", half));
    }

    private static Attention dotProduct(AttentionSpec spec, AttentionSite site) {
        int heads = spec.integer("heads");
        Require.that(
                heads >= 1 && site.modelSize() % heads == 0,
                "modelSize must be divisible by heads, got modelSize=%s, heads=%s",
                site.modelSize(),
                heads);
        DotProductAttention.Builder builder =
                DotProductAttention.builder().optHeads(heads).optDropout(site.dropout());
        return (spec.has("scale") ? builder.optScale(spec.number("scale")) : builder).build();
    }

    private static int hidden(AttentionSpec spec, AttentionSite site) {
        return spec.integer("hiddenSize", site.modelSize());
    }

    private static Attention additive(AttentionSpec spec, AttentionSite site) {
        return new AdditiveAttention(
                hidden(spec, site), spec.flag("bias"), Softmax.INSTANCE, site.dropout());
    }

    private static Score imageScore(AttentionSpec spec, AttentionSite site) {
        return new AdditiveScore(hidden(spec, site), true);
    }

    private static Attention soft(AttentionSpec spec, AttentionSite site) {
        return new SoftAttention(
                imageScore(spec, site), spec.flag("gate"), Softmax.INSTANCE, site.dropout());
    }

    private static Attention global(AttentionSpec spec, AttentionSite site, Score score) {
        int size = spec.flag("attentional") ? site.modelSize() : 0;
        return new GlobalAttention(score, size, Softmax.INSTANCE, site.dropout());
    }

    private static Attention globalLocation(AttentionSpec spec, AttentionSite site) {
        int length = spec.integer("maxLength", site.maxLength());
        return global(spec, site, new LocationScore(length));
    }

    private static Attention coverage(AttentionSpec spec, AttentionSite site) {
        return new CoverageAttention(hidden(spec, site), Softmax.INSTANCE, site.dropout());
    }

    private static Attention sparse(AttentionSite site, SparsePattern pattern) {
        return SparseAttention.builder()
                .setModelSize(site.modelSize())
                .setHeads(site.heads())
                .optDropout(site.dropout())
                .setPattern(pattern)
                .optRotary(site.rotary())
                .build();
    }

    private static SparsePattern blocks(AttentionSpec spec, AttentionSite site) {
        int size = spec.integer("blockSize");
        int counted = Math.max(1, size); // the pattern refuses less
        return new BlockPattern(
                size,
                (spec.integer("window") + counted - 1) / counted,
                spec.integer("global"),
                spec.integer("random"),
                1000L * spec.integer("seed") + site.layer());
    }

    private static SparsePattern strided(AttentionSpec spec, AttentionSite site) {
        return new StridedPattern(stride(spec, site), factor(spec, site));
    }

    private static SparsePattern fixed(AttentionSpec spec, AttentionSite site) {
        return new FixedPattern(stride(spec, site), spec.integer("summary"), factor(spec, site));
    }

    private static SparsePattern window(AttentionSpec spec) {
        return new WindowPattern(
                spec.integer("window"), ints(spec, "dilations"), ints(spec, "globals"));
    }

    private static int[] ints(AttentionSpec spec, String option) {
        return spec.integers(option).stream().mapToInt(Integer::intValue).toArray();
    }

    private static int stride(AttentionSpec spec, AttentionSite site) {
        int root = (int) Math.round(Math.sqrt(site.maxLength()));
        return spec.integer("stride", Math.max(1, root));
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

    private static Attention localPredictive(AttentionSpec spec, AttentionSite site) {
        return LocalAttention.predictive(
                score(spec, site),
                spec.integer("window"),
                spec.integer("positionSize", site.modelSize()),
                0,
                site.dropout());
    }

    private static Attention adaptiveSpan(AttentionSpec spec, AttentionSite site) {
        return shared(AdaptiveSpanAttention.builder(), spec, site)
                .setMaxSpan(spec.integer("maxSpan", site.maxLength()))
                .optInitialSpan(spec.number("initialSpan"))
                .optRamp(spec.number("ramp"))
                .optPenalty(spec.number("penalty"))
                .optSymmetric(site.slot() == AttentionSlot.ENCODER_SELF)
                .optRotary(site.rotary())
                .build();
    }

    private static Attention sentinel(AttentionSpec spec, AttentionSite site) {
        int size = site.modelSize();
        return new SentinelAttention(
                new SentinelAttention.Sizes(size, size, hidden(spec, site), size), site.dropout());
    }

    private static Alignment entmax(AttentionSpec spec, AttentionSite site) {
        if (!spec.has("alpha")) {
            return AlphaEntmax.learned(site.heads());
        }
        double alpha = spec.number("alpha");
        return alpha == 1.5 ? Entmax15.INSTANCE : AlphaEntmax.fixed(alpha);
    }

    private static Attention talkingHeads(AttentionSpec spec, AttentionSite site) {
        return shared(TalkingHeadsAttention.builder(), spec, site)
                .optKeyHeads(spec.integer("keyHeads", site.heads()))
                .optValueHeads(spec.integer("valueHeads", site.heads()))
                .optRotary(site.rotary())
                .build();
    }

    private static QueryKeyNorm norm(AttentionSpec spec, AttentionSite site) {
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

    private static Attention latent(AttentionSpec spec, AttentionSite site) {
        int headSize = Math.max(1, site.modelSize() / site.heads());
        int rank = spec.integer("rank", Math.max(1, Math.min(4 * headSize, site.modelSize() / 2)));
        int shared = spec.integer("sharedKeySize", 2 * ((headSize + 3) / 4));
        boolean cross = site.slot() == AttentionSlot.CROSS;
        boolean rotates = spec.flag("rotary", !cross);
        Require.that(
                !(rotates && cross),
                "latent: rotary must be false in cross-attention, where positions of two sequences"
                        + " have no distance");
        RotaryEmbedding rotary =
                rotates
                        ? RotaryEmbedding.builder()
                                .setSize(shared)
                                .optLayout(RotaryEmbedding.Layout.INTERLEAVED)
                                .optBase(spec.number("base"))
                                .build()
                        : null;
        return shared(MultiHeadLatentAttention.builder(), spec, site)
                .setKeyValueRank(rank)
                .optQueryRank(spec.integer("queryRank"))
                .optSharedKeySize(shared)
                .optRotary(rotary)
                .build();
    }

    private static Attention persistent(AttentionSpec spec, AttentionSite site) {
        return shared(PersistentMemoryAttention.builder(), spec, site)
                .setPersistent(spec.integer("vectors"))
                .optRotary(site.rotary())
                .build();
    }

    private static Attention transformerXl(AttentionSpec spec, AttentionSite site) {
        return shared(TransformerXlAttention.builder(), spec, site).build();
    }
}
