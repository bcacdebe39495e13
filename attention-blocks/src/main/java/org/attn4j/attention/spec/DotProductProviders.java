package org.attn4j.attention.spec;

import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.DotProductAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;

/** Scaled dot-product attention and multi-head attention in its variants. */
final class DotProductProviders {

    private static final String MULTI_HEAD_EQUATION =
            "head_n = softmax(Q W_n^Q (K W_n^K)^T / sqrt(H)) V W_n^V; context = [head_1 ... head_N] W^O";

    private DotProductProviders() {}

    static List<AttentionProvider> all() {
        return List.of(multiHead(), groupedQuery(), multiQuery(), dotProduct());
    }

    private static AttentionProvider multiHead() {
        return MechanismInfo.builder("multi-head")
                .setTitle("Multi-head attention")
                .setPurpose(
                        "The standard of transformers; choose it unless something speaks against it.")
                .setEquation(MULTI_HEAD_EQUATION)
                .setPaper("Vaswani et al. 2017, section 3.2.2")
                .setCost("time B(T+S)D^2 + BTSD; memory BNTS, BTD fused; cache 2BSD")
                .optRotary()
                .optScoreBias()
                .setFile(MultiHeadAttention.class)
                .addOption("bias", Boolean.class, true, "whether the four projections have a bias")
                .provider((spec, site) -> multiHead(spec, site, site.heads()));
    }

    private static AttentionProvider groupedQuery() {
        return MechanismInfo.builder("grouped-query")
                .setTitle("Grouped-query attention")
                .setPurpose("As multi-head, with a cache smaller by N / G and almost its quality.")
                .setEquation(
                        "multi-head attention in which query head n reads key and value head n div (N / G)")
                .setPaper("Ainslie et al. 2023, section 2.2")
                .setCost("time as multi-head; cache 2BSD G / N")
                .optRotary()
                .optScoreBias()
                .setFile(MultiHeadAttention.class)
                .addOption(
                        "keyValueHeads",
                        Integer.class,
                        null,
                        "G, a divisor of the heads; half of them, or 1 if they are odd, unless set")
                .addOption("bias", Boolean.class, true, "whether the four projections have a bias")
                .provider(
                        (spec, site) -> {
                            int half = site.heads() % 2 == 0 ? site.heads() / 2 : 1;
                            return multiHead(spec, site, spec.integer("keyValueHeads", half));
                        });
    }

    private static AttentionProvider multiQuery() {
        return MechanismInfo.builder("multi-query")
                .setTitle("Multi-query attention")
                .setPurpose(
                        "The smallest cache of the multi-head family: one key and value head for all queries.")
                .setEquation(
                        "multi-head attention in which all query heads read one key and value head")
                .setPaper("Shazeer 2019, section 3")
                .setCost("time as multi-head; cache 2BSD / N")
                .optRotary()
                .optScoreBias()
                .setFile(MultiHeadAttention.class)
                .addOption("bias", Boolean.class, true, "whether the four projections have a bias")
                .provider((spec, site) -> multiHead(spec, site, 1));
    }

    private static Attention multiHead(AttentionSpec spec, AttentionSite site, int keyValueHeads) {
        return MultiHeadAttention.builder()
                .setModelSize(site.modelSize())
                .setHeads(site.heads())
                .optKeyValueHeads(keyValueHeads)
                .optBias(spec.flag("bias"))
                .optDropout(site.dropout())
                .optRotary(site.rotary())
                .build();
    }

    private static AttentionProvider dotProduct() {
        return MechanismInfo.builder("dot-product")
                .setTitle("Scaled dot-product attention")
                .setPurpose(
                        "No parameters: where queries and keys live in one space already, or as the baseline of what projections learn.")
                .setEquation("context = softmax(Q K^T / sqrt(H)) V")
                .setPaper("Vaswani et al. 2017, equation 1")
                .setCost("time BTSD; memory BNTS, BTD fused; cache 2BSD; no parameters")
                .setFile(DotProductAttention.class)
                .addOption(
                        "heads",
                        Integer.class,
                        1,
                        "N, into which the features of a place are split")
                .addOption(
                        "scale",
                        Double.class,
                        null,
                        "the factor on the scores; 1 / sqrt(H) unless set")
                .provider(
                        (spec, site) -> {
                            DotProductAttention.Builder builder =
                                    DotProductAttention.builder()
                                            .optHeads(
                                                    dividing(
                                                            spec.integer("heads"),
                                                            site.modelSize()))
                                            .optDropout(site.dropout());
                            if (spec.has("scale")) {
                                builder.optScale(spec.number("scale"));
                            }
                            return builder.build();
                        });
    }

    private static int dividing(int heads, int modelSize) {
        if (heads < 1 || modelSize % heads != 0) {
            throw new IllegalArgumentException(
                    "modelSize must be divisible by heads, got modelSize="
                            + modelSize
                            + ", heads="
                            + heads);
        }
        return heads;
    }
}
