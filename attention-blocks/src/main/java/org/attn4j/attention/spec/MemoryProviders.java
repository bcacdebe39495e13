package org.attn4j.attention.spec;

import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.KeyValueMemory;
import org.attn4j.attention.mechanism.MemoryAttention;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention;
import org.attn4j.attention.mechanism.PersistentMemoryAttention;
import org.attn4j.attention.mechanism.TransformerXlAttention;
import org.attn4j.attention.position.RotaryEmbedding;

/** The mechanisms with memories of their own, and those that compress what is remembered. */
final class MemoryProviders {

    private MemoryProviders() {}

    static List<AttentionProvider> all() {
        return List.of(latent(), persistent(), transformerXl(), memoryNetwork(), keyValueMemory());
    }

    private static AttentionProvider latent() {
        return MechanismInfo.builder("latent")
                .setTitle("Multi-head latent attention")
                .setPurpose(
                        "Where the cache limits generation: keys and values of all heads from one small cached vector.")
                .setEquation(
                        "c = RMSNorm(W_a h); [k_n ; v_n] = W_b,n c; weights_n = softmax((q_n k_n + rot(q'_n) rot(k')) / sqrt(Hn + Hr))")
                .setPaper("DeepSeek-V2 2024, section 2.1")
                .setCost(
                        "time BTSN(Hn + Hr + Hv), at generation BTSN(2R + Hr) without making keys; cache BS(R + Hr)")
                .setFile(MultiHeadLatentAttention.class)
                .optRotary()
                .optScoreBias()
                .addOption(
                        "rank",
                        Integer.class,
                        null,
                        "R, the features of the latent; half of the model size, at most 4 H, unless set")
                .addOption(
                        "queryRank",
                        Integer.class,
                        0,
                        "the features that queries are compressed to; 0 for no compression")
                .addOption(
                        "sharedKeySize",
                        Integer.class,
                        null,
                        "Hr, the features of the key that all heads share; half of H, made even, unless set")
                .addOption(
                        "rotary",
                        Boolean.class,
                        null,
                        "whether the shared key is turned by its place; in self-attention unless set, never in cross-attention")
                .addOption("base", Double.class, 10000.0, "the base of the rotary frequencies")
                .addOption(
                        "bias",
                        Boolean.class,
                        false,
                        "whether the projections of the input and the last one have a bias")
                .provider(MemoryProviders::latent);
    }

    private static Attention latent(AttentionSpec spec, AttentionSite site) {
        int headSize = Math.max(1, site.modelSize() / site.heads());
        int rank = spec.integer("rank", Math.max(1, Math.min(4 * headSize, site.modelSize() / 2)));
        int shared = spec.integer("sharedKeySize", 2 * ((headSize + 3) / 4));
        boolean cross = site.place() == AttentionPlace.CROSS;
        boolean turned = spec.flag("rotary", !cross);
        if (turned && cross) {
            throw new IllegalArgumentException(
                    "latent: rotary must be false in cross-attention, where places of two sequences have no distance");
        }
        RotaryEmbedding rotary =
                turned
                        ? RotaryEmbedding.builder()
                                .setSize(shared)
                                .optLayout(RotaryEmbedding.Layout.INTERLEAVED)
                                .optBase(spec.number("base"))
                                .build()
                        : null;
        return MultiHeadLatentAttention.builder()
                .setModelSize(site.modelSize())
                .setHeads(site.heads())
                .setKeyValueRank(rank)
                .optQueryRank(spec.integer("queryRank"))
                .optSharedKeySize(shared)
                .optRotary(rotary)
                .optBias(spec.flag("bias"))
                .optDropout(site.dropout())
                .build();
    }

    private static AttentionProvider persistent() {
        return MechanismInfo.builder("persistent-memory")
                .setTitle("Attention with persistent memory")
                .setPurpose(
                        "Learned vectors beside the places, in which a model keeps what it knows; makes feed-forward blocks dispensable.")
                .setEquation(
                        "context = softmax(q [K ; P_k]^T / sqrt(H)) [V ; P_v], with P_k, P_v learned")
                .setPaper("Sukhbaatar et al. 2019, Augmenting Self-attention, section 4")
                .setCost("time B(T+S)D^2 + BT(S+M)D; cache 2BSD")
                .setFile(PersistentMemoryAttention.class)
                .optRotary()
                .optScoreBias()
                .addOption("vectors", Integer.class, 64, "M, the persistent vectors of a head")
                .addOption("bias", Boolean.class, false, "whether the projections have a bias")
                .provider(
                        (spec, site) ->
                                PersistentMemoryAttention.builder()
                                        .setModelSize(site.modelSize())
                                        .setHeads(site.heads())
                                        .setPersistent(spec.integer("vectors"))
                                        .optBias(spec.flag("bias"))
                                        .optDropout(site.dropout())
                                        .optRotary(site.rotary())
                                        .build());
    }

    private static AttentionProvider transformerXl() {
        return MechanismInfo.builder("transformer-xl")
                .setTitle("Transformer-XL attention")
                .setPurpose(
                        "Distances instead of places, so that a memory of earlier segments is read as the segment itself.")
                .setEquation(
                        "score(i, j) = ((q_i + u) k_j + (q_i + v) W_r R_(i-j)) / sqrt(H), R sinusoidal")
                .setPaper("Dai et al. 2019, sections 3.2 and 3.3")
                .setCost("time B(T+S)D^2 + BT(T+S)D; memory BNTS with every kernel; cache 2BSD")
                .setFile(TransformerXlAttention.class)
                .optScoreBias()
                .optPlaces(
                        "it scores by distance within one sequence, and places of two sequences have none: use it in"
                                + " self-attention; a memory from segment to segment is read by TransformerXl",
                        AttentionPlace.ENCODER_SELF,
                        AttentionPlace.DECODER_SELF)
                .addOption("bias", Boolean.class, false, "whether the projections have a bias")
                .provider(
                        (spec, site) -> {
                            return TransformerXlAttention.builder()
                                    .setModelSize(site.modelSize())
                                    .setHeads(site.heads())
                                    .optBias(spec.flag("bias"))
                                    .optDropout(site.dropout())
                                    .build();
                        });
    }

    private static AttentionProvider memoryNetwork() {
        return MechanismInfo.builder("memory-network")
                .setTitle("End-to-end memory network")
                .setPurpose(
                        "Questions about a story whose answer needs several facts, found one after the other.")
                .setEquation(
                        "p = softmax(u m_i); o = sum p_i c_i; u' = u + o; K hops; logits = W u")
                .setPaper("Sukhbaatar et al. 2015, sections 2 and 4.1")
                .setCost("time and memory BnJd a table, K + 1 or 2 tables, and Bnd a hop")
                .setFile(MemoryAttention.class)
                .optPlaces(
                        "it reads a story of sentences and answers a question with one word, while a sequence model"
                                + " needs a context for each place: use MemoryAttention directly")
                .provider(MemoryProviders::nowhere);
    }

    private static AttentionProvider keyValueMemory() {
        return MechanismInfo.builder("key-value-memory")
                .setTitle("Key-value memory network")
                .setPurpose(
                        "Memories that are found by one thing and answer with another, such as the entity in a window of text.")
                .setEquation(
                        "p = softmax(q A k_i); o = sum p_i A v_i; q' = R_j (q + o); K hops; logits = q B y")
                .setPaper("Miller et al. 2016, section 3")
                .setCost("time BnDd once, Bnd a hop")
                .setFile(KeyValueMemory.class)
                .optPlaces(
                        "it chooses among candidates after several hops over a memory, while a sequence model needs a"
                                + " context for each place: use KeyValueMemory directly")
                .provider(MemoryProviders::nowhere);
    }

    private static Attention nowhere(AttentionSpec spec, AttentionSite site) {
        throw new IllegalStateException(spec.mechanism() + " stands in no sequence model");
    }
}
