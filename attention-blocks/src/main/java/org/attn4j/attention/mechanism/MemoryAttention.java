package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * An end-to-end memory network: a question looks at the sentences of a story several times, each
 * time with what it has read so far, and then answers with a word.
 *
 * <p>Sukhbaatar et al. 2015, "End-To-End Memory Networks", section 2, equations 1 to 3. Hop k of K
 * addresses the vectors m_i of the n sentences with the query u and reads the vectors c_i:
 *
 * <pre>
 *   m_i = Σ_j l_j · A x_ij + T_A(time(i))      c_i = Σ_j l_j · C x_ij + T_C(time(i))
 *   p   = softmax(u · m_i)                     o   = Σ_i p_i c_i
 *   u¹  = Σ_j l_j · B q_j                      u'  = u + o, or H u + o
 *   logits = W u^(K+1)
 * </pre>
 *
 * A, B and C are tables of word vectors, (V, d); x_ij is word j of sentence i and q_j of the
 * question; word 0 is padding and adds nothing. <b>Position encoding</b> (section 4.1) weighs
 * feature k of d of word j of J by {@code l = (1 − j/J) − (k/d)(1 − 2j/J)}, so that the order of
 * words counts; J is the number of words of that very sentence. Without it l is 1, a bag of words.
 * <b>Temporal encoding</b> adds a learned vector for how many sentences came later: 0 for the
 * latest.
 *
 * <p>Two ways of tying the hops (section 2.2):
 *
 * <ul>
 *   <li>{@link Tying#ADJACENT}: what one hop reads with, the next addresses with (A² = C¹ …), B =
 *       A¹ and W = C^K. Parameters {@code embedding_0} … {@code embedding_K} and {@code time_0} …
 *       {@code time_K}.
 *   <li>{@link Tying#LAYER_WISE}: all hops share A, C and their times, and H maps the query from
 *       hop to hop, except after the last. Parameters {@code question_embedding}, {@code
 *       memory_embedding}, {@code output_embedding}, {@code memory_time}, {@code output_time};
 *       children {@code state_proj} (H) and {@code answer_proj} (W).
 * </ul>
 *
 * <p>{@link #read} takes {@link MemoryInputs} and gives a {@link MemoryOutput}; {@code forward}
 * takes {@code [story, question]} or {@code [story, question, mask]} and gives {@code [logits]},
 * (B, V). Choose it for answers that need several facts, each found with the help of the one
 * before, and for seeing which they were. Time and memory B·n·J·d for each table that the story is
 * read with, K + 1 with adjacent tying and 2 with the other, and B·n·d a hop.
 */
public final class MemoryAttention extends AbstractBlock {

    private static final byte VERSION = 1;

    /** Which weights the hops share. */
    public enum Tying {
        /** The table that a hop reads with is the one that the next addresses with. */
        ADJACENT,
        /** All hops have the same tables, as the steps of a recurrent network do. */
        LAYER_WISE
    }

    private final int vocabularySize;
    private final int size;
    private final int hops;
    private final int slots;
    private final boolean positions;
    private final Alignment alignment;

    private final Parameter question; // (V, d), B
    private final List<Parameter> tables = new ArrayList<>(); // (V, d): A¹, C¹ = A², …
    private final List<Parameter> times = new ArrayList<>(); // (n, d), or empty
    private final LinearBlock stateProjection; // H; null with adjacent tying
    private final LinearBlock answerProjection; // W; null with adjacent tying

    /**
     * The sizes and the kind of a memory network.
     *
     * @param vocabularySize V, the number of words, padding included; at least 2
     * @param size d, the features of a sentence
     * @param hops K, how often the memory is looked at: 3 in the paper
     * @param slots n, the most sentences that a story has
     * @param tying which weights the hops share
     * @param positionEncoding whether the order of words counts
     * @param temporalEncoding whether the order of sentences counts
     * @param alignment how scores become weights; one with parameters becomes the child {@code
     *     alignment}
     */
    public record Config(
            int vocabularySize,
            int size,
            int hops,
            int slots,
            Tying tying,
            boolean positionEncoding,
            boolean temporalEncoding,
            Alignment alignment) {

        public Config {
            Objects.requireNonNull(tying, "tying");
            Objects.requireNonNull(alignment, "alignment");
            Require.that(
                    vocabularySize >= 2 && size >= 1 && hops >= 1 && slots >= 1,
                    "vocabularySize must be at least 2, size, hops and slots at least 1,"
                            + " got vocabularySize=%s, size=%s, hops=%s, slots=%s",
                    vocabularySize,
                    size,
                    hops,
                    slots);
        }

        /**
         * Returns the configuration of the paper: adjacent tying, both encodings, softmax.
         *
         * @param vocabularySize V
         * @param size d
         * @param hops K
         * @param slots n
         * @return the configuration
         */
        public static Config of(int vocabularySize, int size, int hops, int slots) {
            return new Config(
                    vocabularySize,
                    size,
                    hops,
                    slots,
                    Tying.ADJACENT,
                    true,
                    true,
                    Softmax.INSTANCE);
        }

        /**
         * Returns this configuration with another way of tying.
         *
         * @param other which weights the hops share
         * @return the new configuration
         */
        public Config withTying(Tying other) {
            return new Config(
                    vocabularySize,
                    size,
                    hops,
                    slots,
                    other,
                    positionEncoding,
                    temporalEncoding,
                    alignment);
        }
    }

    /**
     * Creates a block.
     *
     * @param config its sizes and kind
     */
    public MemoryAttention(Config config) {
        super(VERSION);
        vocabularySize = config.vocabularySize();
        size = config.size();
        hops = config.hops();
        slots = config.slots();
        positions = config.positionEncoding();
        alignment = config.alignment();
        if (config.tying() == Tying.ADJACENT) {
            for (int i = 0; i <= hops; i++) {
                tables.add(addParameter(table("embedding_" + i, vocabularySize)));
            }
            for (int i = 0; i <= hops && config.temporalEncoding(); i++) {
                times.add(addParameter(table("time_" + i, slots)));
            }
            question = tables.get(0);
            stateProjection = null;
            answerProjection = null;
        } else {
            question = addParameter(table("question_embedding", vocabularySize));
            tables.add(addParameter(table("memory_embedding", vocabularySize)));
            tables.add(addParameter(table("output_embedding", vocabularySize)));
            if (config.temporalEncoding()) {
                times.add(addParameter(table("memory_time", slots)));
                times.add(addParameter(table("output_time", slots)));
            }
            stateProjection = addChildBlock("state_proj", LinearBlock.of(size, false));
            answerProjection = addChildBlock("answer_proj", LinearBlock.of(vocabularySize, false));
        }
        Heads.adopt("alignment", alignment, this::addChildBlock);
    }

    /**
     * Reads the story and answers.
     *
     * @param parameters where the block's parameters are found
     * @param in the story and the question
     * @param training whether this is a training pass
     * @return the scores of all words as the answer, and what each hop did; a story of which
     *     nothing is visible is not read
     */
    public MemoryOutput read(ParameterStore parameters, MemoryInputs in, boolean training) {
        NDArray story = in.story(); // (B, n, J)
        NDManager manager = story.getManager();
        long count = story.getShape().get(1);
        Require.that(
                times.isEmpty() || count <= slots,
                "a story must have at most as many sentences as there are times,"
                        + " got sentences=%s, slots=%s",
                count,
                slots);
        NDArray words = story.gt(0).toType(DataType.FLOAT32, false); // (B, n, J)
        NDArray visible =
                in.mask() == null
                        ? words.max(new int[] {2})
                        : Heads.on(manager, in.mask().toType(DataType.FLOAT32, true)); // (B, n)
        NDArray factors = factors(words); // (B, n, J, d) or (B, n, J, 1)
        NDArray ages = ages(visible); // (B, n)
        List<NDArray> memories = new ArrayList<>(); // (B, n, d) each
        for (int i = 0; i < tables.size(); i++) {
            NDArray vectors = looked(parameters, tables.get(i), story, training); // (B, n, J, d)
            NDArray sentences =
                    vectors.mul(factors.toType(vectors.getDataType(), false)).sum(new int[] {2});
            memories.add(
                    times.isEmpty()
                            ? sentences
                            : sentences.add(
                                    timed(parameters, times.get(i), ages, visible, training)));
        }

        MemoryHops memory =
                new MemoryHops(
                        alignment, parameters, manager, visible, count, in.observer(), training);
        NDArray state = asked(parameters, in.question(), training); // (B, d)
        boolean adjacent = stateProjection == null;
        for (int hop = 0; hop < hops; hop++) {
            int from = adjacent ? hop : 0;
            NDArray read = memory.read(state, memories.get(from), memories.get(from + 1));
            boolean mapped = !adjacent && hop < hops - 1;
            NDArray kept = mapped ? stateProjection.apply(parameters, state, training) : state;
            state = kept.add(read);
        }
        return memory.output(state, answer(parameters, state, training));
    }

    private NDArray answer(ParameterStore parameters, NDArray state, boolean training) {
        if (answerProjection != null) {
            return answerProjection.apply(parameters, state, training);
        }
        NDArray last = parameters.getValue(tables.get(hops), state.getDevice(), training); // (V, d)
        return Kernels.of(state.getManager()).linear().linear(state, last, null); // (B, V)
    }

    private NDArray asked(ParameterStore parameters, NDArray ids, boolean training) {
        NDArray words = ids.gt(0).toType(DataType.FLOAT32, false); // (B, Jq)
        NDArray vectors = looked(parameters, question, ids, training); // (B, Jq, d)
        return vectors.mul(factors(words).toType(vectors.getDataType(), false)).sum(new int[] {1});
    }

    /** The weight l of each feature of each word; padding has 0. */
    private NDArray factors(NDArray words) { // (…, J) of ones and zeros
        NDArray real = words.expandDims(-1); // (…, J, 1)
        if (!positions) {
            return real;
        }
        int axis = words.getShape().dimension() - 1;
        NDArray length = Scalars.maximum(words.sum(new int[] {axis}, true), 1); // (…, 1)
        NDArray position = words.cumSum(axis).div(length).expandDims(-1); // j / J, (…, J, 1)
        NDArray features = words.getManager().arange(1f, size + 1f, 1);
        NDArray feature = Scalars.divide(features, size); // k / d, (d)
        NDArray slope =
                Scalars.subtract(1, Scalars.multiply(position, 2)).mul(feature); // (…, J, d)
        return Scalars.subtract(1, slope).sub(position).mul(real); // (…, J, d)
    }

    /** How many visible sentences came later, (B, n). */
    private static NDArray ages(NDArray visible) {
        return visible.sum(new int[] {1}, true).sub(visible.cumSum(1));
    }

    private NDArray timed(
            ParameterStore parameters,
            Parameter time,
            NDArray ages,
            NDArray visible,
            boolean training) {
        NDArray ids = ages.toType(DataType.INT64, false);
        NDArray vectors = looked(parameters, time, ids, training); // (B, n, d)
        return vectors.mul(visible.expandDims(2).toType(vectors.getDataType(), false));
    }

    private static NDArray looked(
            ParameterStore parameters, Parameter table, NDArray ids, boolean training) {
        NDArray rows = parameters.getValue(table, ids.getDevice(), training);
        return ids.getNDArrayInternal()
                .embedding(ids, rows, SparseFormat.DENSE)
                .singletonOrThrow(); // (…, d)
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [story, question]} or {@code [story, question, mask]} and gives the logits.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                inputs.size() == 2 || inputs.size() == 3,
                "a memory network takes [story, question] or [story, question, mask], got %s arrays",
                inputs.size());
        NDArray mask = inputs.size() == 3 ? inputs.get(2) : null;
        MemoryInputs in = new MemoryInputs(inputs.get(0), inputs.get(1), mask, null);
        return new NDList(read(parameters, in, training).logits());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        if (stateProjection != null) {
            stateProjection.initialize(manager, dataType, new Shape(1, size));
            answerProjection.initialize(manager, dataType, new Shape(1, size));
        }
        Heads.initialize(alignment, manager, dataType, new Shape(1, 1, 1, slots));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), vocabularySize)};
    }

    private Parameter table(String name, int rows) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.WEIGHT)
                .optShape(new Shape(rows, size))
                .optInitializer(new NormalInitializer(0.1f))
                .build();
    }
}
