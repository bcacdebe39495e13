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
import java.util.Objects;
import java.util.function.Supplier;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.common.Require;

/**
 * Hierarchical attention: words are summed up as sentences and sentences as a document, each by an
 * attention of its own.
 *
 * <p>Yang et al. 2016, "Hierarchical Attention Networks for Document Classification", sections 2.1
 * and 2.2, whole:
 *
 * <ol>
 *   <li>the word encoder, {@code word_encoder}, a bidirectional GRU over the words of each
 *       sentence, gives h_it;
 *   <li>word attention, {@code word_attention}: {@code u_it = tanh(W_w h_it + b_w)}, {@code α_it =
 *       softmax_t(u_it · u_w)}, sentence {@code s_i = Σ_t α_it h_it} (equations 5 to 7);
 *   <li>the sentence encoder, {@code sentence_encoder}, a bidirectional GRU over the s_i, gives
 *       h_i;
 *   <li>sentence attention, {@code sentence_attention}: the same once more with W_s, b_s and u_s,
 *       document {@code v = Σ_i α_i h_i} (equations 8 to 10);
 *   <li>if there are classes, {@code classifier}: {@code logits = W_c v + b_c} (equation 11 is
 *       their softmax).
 * </ol>
 *
 * <p>Words are ids (B, S, W) of W words in S sentences, looked up in {@code embedding} (V, E), or
 * vectors (B, S, W, E) of one's own. Padding may stand anywhere, as words and as whole sentences;
 * it has no weight and no influence.
 *
 * <p>Choose it to classify long documents, and to see by which sentence and word they were. Time
 * B·S·W recurrent steps for the words, all sentences side by side, so that only the longest
 * sentence and the number of sentences count in sequence; memory B·S·W·h. It is not an {@link
 * org.attn4j.attention.Attention}: there is no query from outside.
 */
public final class HierarchicalAttention extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int padId;
    private final Parameter embedding; // (V, E), or null
    private final RecurrentStack wordEncoder;
    private final AttentionPooling wordAttention;
    private final RecurrentStack sentenceEncoder;
    private final AttentionPooling sentenceAttention;
    private final LinearBlock classifier; // null without classes
    private final int classes;

    /**
     * The sizes of a block.
     *
     * @param vocabularySize V, the words that ids name; 0 for words that are given as vectors
     * @param embeddingSize E, the features of a word's vector
     * @param padId the id that stands for no word
     * @param wordSize h, the state of the word encoder in one direction; 50 in the paper
     * @param wordAttentionSize the size of u_w; 2·h in the paper
     * @param sentenceSize hs, the state of the sentence encoder in one direction
     * @param sentenceAttentionSize the size of u_s; 2·hs in the paper
     * @param classes C, the classes of documents; 0 for no classifier
     */
    public record Config(
            int vocabularySize,
            int embeddingSize,
            int padId,
            int wordSize,
            int wordAttentionSize,
            int sentenceSize,
            int sentenceAttentionSize,
            int classes) {

        public Config {
            Require.that(
                    vocabularySize >= 0 && classes >= 0,
                    "vocabularySize and classes must not be negative,"
                            + " got vocabularySize=%s, classes=%s",
                    vocabularySize,
                    classes);
        }

        /**
         * Returns the sizes of the paper for states of one size: padding is id 0, u_w and u_s have
         * 2·h features.
         *
         * @param vocabularySize V, or 0
         * @param embeddingSize E
         * @param stateSize h and hs
         * @param classes C, or 0
         * @return the sizes
         */
        public static Config of(int vocabularySize, int embeddingSize, int stateSize, int classes) {
            int both = 2 * stateSize;
            return new Config(
                    vocabularySize, embeddingSize, 0, stateSize, both, stateSize, both, classes);
        }
    }

    /**
     * Creates a block.
     *
     * @param config its sizes
     */
    public HierarchicalAttention(Config config) {
        super(VERSION);
        padId = config.padId();
        classes = config.classes();
        embedding =
                config.vocabularySize() == 0
                        ? null
                        : addParameter(
                                Parameter.builder()
                                        .setName("embedding")
                                        .setType(Parameter.Type.WEIGHT)
                                        .optShape(
                                                new Shape(
                                                        config.vocabularySize(),
                                                        config.embeddingSize()))
                                        .optInitializer(new NormalInitializer(0.1f))
                                        .build());
        wordEncoder =
                addChildBlock("word_encoder", encoder(config.embeddingSize(), config.wordSize()));
        wordAttention =
                addChildBlock("word_attention", new AttentionPooling(config.wordAttentionSize()));
        sentenceEncoder =
                addChildBlock(
                        "sentence_encoder",
                        encoder(wordEncoder.outputSize(), config.sentenceSize()));
        sentenceAttention =
                addChildBlock(
                        "sentence_attention", new AttentionPooling(config.sentenceAttentionSize()));
        classifier =
                classes == 0 ? null : addChildBlock("classifier", LinearBlock.of(classes, true));
    }

    private static RecurrentStack encoder(int inputSize, int hiddenSize) {
        return RecurrentStack.builder()
                .optKind(CellKind.GRU)
                .setInputSize(inputSize)
                .setHiddenSize(hiddenSize)
                .optBidirectional(true)
                .build();
    }

    /**
     * A batch of documents.
     *
     * @param words ids (B, S, W), or vectors (B, S, W, E) for a block without an embedding
     * @param visible which words are real, (B, S, W), boolean or of zeros and ones; null for ids
     *     other than the padding's, and for all vectors. A sentence without a real word is hidden
     * @param observer is told as {@code word} α_it, (B, 1, S, W), of which each real sentence's sum
     *     to one, and as {@code sentence} α_i, (B, 1, 1, S); null for nobody
     */
    public record Inputs(NDArray words, NDArray visible, AttentionObserver observer) {

        public Inputs {
            Objects.requireNonNull(words, "words");
        }

        /**
         * Returns inputs without an observer, in which the padding is told by its id.
         *
         * @param words ids (B, S, W), or vectors (B, S, W, E) that are all real
         * @return the inputs
         */
        public static Inputs of(NDArray words) {
            return new Inputs(words, null, null);
        }
    }

    /**
     * What becomes of a batch of documents.
     *
     * @param wordStates the annotations h_it, (B, S, W, 2·h); zero at padding
     * @param sentences s_i, (B, S, 2·h); zero for hidden sentences
     * @param document v, (B, 2·hs)
     * @param logits (B, C); null without classes
     */
    public record Output(NDArray wordStates, NDArray sentences, NDArray document, NDArray logits) {}

    /**
     * Reads documents.
     *
     * @param parameters where the block's parameters are found
     * @param in the documents
     * @param training whether this is a training pass
     * @return their vectors, and all on the way to them
     */
    public Output read(ParameterStore parameters, Inputs in, boolean training) {
        NDArray vectors = vectors(parameters, in.words(), training); // (B, S, W, E)
        NDArray visible = visible(in); // (B, S, W)
        Shape shape = vectors.getShape();
        long batch = shape.get(0);
        long sentences = shape.get(1);
        long words = shape.get(2);
        Require.that(
                visible.getShape().equals(shape.slice(0, 3)),
                "visible must be (B, S, W) = %s, got %s",
                shape.slice(0, 3),
                visible.getShape());

        NDArray each = vectors.reshape(batch * sentences, words, shape.get(3)); // (B·S, W, E)
        NDArray eachVisible = visible.reshape(batch * sentences, words);
        AttentionObserver observer = in.observer();
        NDArray wordStates =
                wordEncoder
                        .run(
                                parameters,
                                each,
                                eachVisible,
                                null,
                                observer == null ? null : observer.at("word_encoder"),
                                training)
                        .output(); // (B·S, W, 2·h)
        NDArray summed =
                wordAttention
                        .pool(
                                parameters,
                                wordStates,
                                eachVisible,
                                observer == null ? null : new WordObserver(observer, batch),
                                training)
                        .reshape(batch, sentences, -1); // (B, S, 2·h)

        NDArray sentenceVisible = visible.max(new int[] {2}); // (B, S)
        NDArray sentenceStates =
                sentenceEncoder
                        .run(
                                parameters,
                                summed,
                                sentenceVisible,
                                null,
                                observer == null ? null : observer.at("sentence_encoder"),
                                training)
                        .output(); // (B, S, 2·hs)
        NDArray document =
                sentenceAttention.pool(
                        parameters,
                        sentenceStates,
                        sentenceVisible,
                        observer == null ? null : observer.at("sentence"),
                        training); // (B, 2·hs)
        return new Output(
                wordStates.reshape(batch, sentences, words, wordEncoder.outputSize()),
                summed,
                document,
                classifier == null ? null : classifier.apply(parameters, document, training));
    }

    /** Gives the weights of all sentences, (B·S, 1, 1, W), as those of B documents. */
    private record WordObserver(AttentionObserver document, long batch)
            implements AttentionObserver {

        @Override
        public void observe(String site, NDArray weights) {
            Shape shape = weights.getShape();
            long sentences = shape.get(0) / batch;
            document.observe("word", weights.reshape(batch, 1, sentences, shape.get(3)));
        }

        @Override
        public void stage(String site, String stage, Supplier<NDArray> values) {
            document.stage("word", stage, values);
        }
    }

    private NDArray vectors(ParameterStore parameters, NDArray words, boolean training) {
        Require.that(
                words.getShape().dimension() == (embedding == null ? 4 : 3),
                "%s, got %s",
                embedding == null
                        ? "without an embedding words must be vectors (B, S, W, E)"
                        : "words must be ids (B, S, W)",
                words.getShape());
        if (embedding == null) {
            return words;
        }
        NDArray table = parameters.getValue(embedding, words.getDevice(), training);
        return words.getNDArrayInternal()
                .embedding(words, table, SparseFormat.DENSE)
                .singletonOrThrow();
    }

    private NDArray visible(Inputs in) {
        NDArray words = in.words();
        if (in.visible() != null) {
            return in.visible().toType(DataType.FLOAT32, false);
        }
        return embedding == null
                ? words.getManager().ones(words.getShape().slice(0, 3))
                : words.neq(padId).toType(DataType.FLOAT32, false);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [words]} or {@code [words, visible]} and gives the logits, or without classes
     * the documents' vectors.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                inputs.size() == 1 || inputs.size() == 2,
                "hierarchical attention takes [words] or [words, visible], got %s arrays",
                inputs.size());
        NDArray visible = inputs.size() > 1 ? inputs.get(1) : null;
        Output output = read(parameters, new Inputs(inputs.get(0), visible, null), training);
        return new NDList(classifier == null ? output.document() : output.logits());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape word = new Shape(1, 1, wordEncoder.outputSize());
        Shape sentence = new Shape(1, 1, sentenceEncoder.outputSize());
        wordEncoder.initialize(manager, dataType, word);
        wordAttention.initialize(manager, dataType, word);
        sentenceEncoder.initialize(manager, dataType, word);
        sentenceAttention.initialize(manager, dataType, sentence);
        if (classifier != null) {
            classifier.initialize(manager, dataType, sentence);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        int size = classifier == null ? sentenceEncoder.outputSize() : classes;
        return new Shape[] {new Shape(inputShapes[0].get(0), size)};
    }
}
