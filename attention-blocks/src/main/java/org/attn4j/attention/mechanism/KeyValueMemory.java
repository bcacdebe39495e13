package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.common.Require;

/**
 * A key-value memory network: memories are found by one thing and give another, such as a window of
 * a document and the entity in its middle.
 *
 * <p>Miller et al. 2016, "Key-Value Memory Networks for Directly Reading Documents", section 3.
 * Everything comes as feature vectors Φ of size D, and A, B (d, D) embed them:
 *
 * <pre>
 *   q¹      = A Φ_X(x)
 *   p_i     = softmax(q^j · A Φ_K(k_i))        addressing
 *   o       = Σ_i p_i A Φ_V(v_i)               reading
 *   q^(j+1) = R_j (q^j + o)                    hop j of K
 *   logits  = q^(K+1) · B Φ_Y(y)               for each candidate y
 * </pre>
 *
 * A is the child {@code embedding}, R_j are {@code hop_0} …, B is {@code candidate_embedding}; with
 * tied embeddings B is A. Which memories are looked at (the paper's key hashing) is the caller's
 * affair: hand over those that share a word with the question, and mask the rest.
 *
 * <p>{@link #read} takes {@link KeyValueMemoryInputs} and gives a {@link MemoryOutput}; {@code
 * forward} takes {@code [query, keys, values, candidates]}, with a mask as an optional fifth, and
 * gives {@code [logits]}, (B, C). Choose it where what a memory is found by differs from what it
 * answers; {@link MemoryAttention} embeds the same sentence twice instead. Time B·n·D·d once and
 * B·n·d a hop.
 */
public final class KeyValueMemory extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int size;
    private final Alignment alignment;
    private final LinearBlock embedding; // A
    private final LinearBlock candidateEmbedding; // B, which may be A
    private final List<LinearBlock> maps = new ArrayList<>(); // R_j

    /**
     * Creates a block with softmax whose candidates have an embedding of their own.
     *
     * @param size d, the features that everything is embedded to, at least 1
     * @param hops K, how often the memory is looked at, at least 1
     */
    public KeyValueMemory(int size, int hops) {
        this(size, hops, false, Softmax.INSTANCE);
    }

    /**
     * Creates a block.
     *
     * @param size d, the features that everything is embedded to, at least 1
     * @param hops K, how often the memory is looked at, at least 1
     * @param tied whether candidates are embedded by A too
     * @param alignment how scores become weights; one with parameters becomes the child {@code
     *     alignment}
     */
    public KeyValueMemory(int size, int hops, boolean tied, Alignment alignment) {
        super(VERSION);
        Require.that(
                size >= 1 && hops >= 1,
                "size and hops must be at least 1, got size=%s, hops=%s",
                size,
                hops);
        this.size = size;
        this.alignment = Objects.requireNonNull(alignment, "alignment");
        embedding = addChildBlock("embedding", LinearBlock.of(size, false));
        candidateEmbedding =
                tied
                        ? embedding
                        : addChildBlock("candidate_embedding", LinearBlock.of(size, false));
        for (int i = 0; i < hops; i++) {
            maps.add(addChildBlock("hop_" + i, LinearBlock.of(size, false)));
        }
        Heads.adopt("alignment", alignment, this::addChildBlock);
    }

    /**
     * Reads the memory and scores the candidates.
     *
     * @param parameters where the block's parameters are found
     * @param in the question, the memories and the candidates
     * @param training whether this is a training pass
     * @return the score of each candidate, and what each hop did
     */
    public MemoryOutput read(ParameterStore parameters, KeyValueMemoryInputs in, boolean training) {
        NDArray state = embedding.apply(parameters, in.query(), training); // (B, d)
        NDArray keys = embedding.apply(parameters, in.keys(), training); // (B, n, d)
        NDArray values = embedding.apply(parameters, in.values(), training); // (B, n, d)
        MemoryHops memory =
                new MemoryHops(
                        alignment,
                        parameters,
                        in.query().getManager(),
                        in.mask(),
                        keys.getShape().get(1),
                        in.observer(),
                        training);
        for (LinearBlock hop : maps) {
            NDArray read = memory.read(state, keys, values);
            state = hop.apply(parameters, state.add(read), training); // (B, d)
        }
        NDArray candidates =
                candidateEmbedding.apply(parameters, in.candidates(), training); // (…, C, d)
        return memory.output(state, scores(state, candidates));
    }

    private NDArray scores(NDArray state, NDArray candidates) {
        Shape shape = candidates.getShape();
        return shape.dimension() == 2
                ? state.matMul(candidates.transpose()) // (B, C)
                : state.expandDims(1)
                        .matMul(candidates.swapAxes(1, 2))
                        .reshape(shape.get(0), shape.get(1)); // (B, C)
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [query, keys, values, candidates]} or {@code [query, keys, values,
     * candidates, mask]} and gives the logits.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                inputs.size() == 4 || inputs.size() == 5,
                "a key-value memory takes [query, keys, values, candidates(, mask)], got %s arrays",
                inputs.size());
        KeyValueMemoryInputs in =
                new KeyValueMemoryInputs(
                        inputs.get(0),
                        inputs.get(1),
                        inputs.get(2),
                        inputs.get(3),
                        inputs.size() == 5 ? inputs.get(4) : null,
                        null);
        return new NDList(read(parameters, in, training).logits());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape features = inputShapes[0]; // (B, D)
        embedding.initialize(manager, dataType, features);
        if (candidateEmbedding != embedding) {
            candidateEmbedding.initialize(manager, dataType, features);
        }
        for (LinearBlock hop : maps) {
            hop.initialize(manager, dataType, new Shape(1, size));
        }
        Heads.initialize(alignment, manager, dataType, new Shape(1, 1, 1, 1));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape candidates = inputShapes[3];
        return new Shape[] {
            new Shape(inputShapes[0].get(0), candidates.get(candidates.dimension() - 2))
        };
    }
}
