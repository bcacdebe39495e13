package org.attn4j.models.attribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelObserver;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.SequencePairEncoder;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * Tells which tokens of a text a prediction rests on: the class of a text, the token at a mask, the
 * next token of a causal language model, or the tokens that an encoder-decoder writes.
 *
 * <pre>{@code
 * try (TaskModel model = TaskModel.load(Task.FILL_MASK, folder, Pretrained.loader())) {
 *     new Attributor(model, AttributionMethod.INTEGRATED_GRADIENTS)
 *             .attribute(TextPair.of("the capital of france is [MASK]."), null);
 * }
 * }</pre>
 *
 * <p>What is shared out is the logit of a class, and the log-probability of a token, since only the
 * difference between the logits of tokens has a meaning. Dropout does not apply.
 *
 * <p>Integrated gradients start from a baseline in which each token of the text is replaced by that
 * of padding, or where there is none by the mask, the unknown token, or else a vector of zeros.
 * Tokens that the tokenizer adds, and the masks that are predicted, stay as they are, and so have a
 * score of zero; so do positions and types. The mean over the line is a midpoint sum.
 *
 * <p>Rollout follows the first token of a classifier, the mask, or the last token of a causal
 * model. For an encoder-decoder it goes from the cross-attention of the last layer, at the written
 * token, back through the encoder; self-attention of the decoder has no part in it.
 *
 * <p>DJL collects one gradient at a time in a process: nothing may be trained meanwhile, and all
 * methods but rollout run on one thread at a time. Parameters that are trainable gather gradients.
 */
public final class Attributor {

    /** How many points of the line the mean of integrated gradients is over by default. */
    public static final int STEPS = 50;

    private final TaskModel model;
    private final ModelTokenizer tokenizer;
    private final AttributionMethod method;
    private final int steps;
    private final Task task;

    /**
     * Creates an attributor with {@value #STEPS} steps.
     *
     * @param model the model, which stays the caller's
     * @param method the method
     * @throws IllegalArgumentException if the model predicts nothing of these
     */
    public Attributor(TaskModel model, AttributionMethod method) {
        this(model, method, STEPS);
    }

    /**
     * Creates an attributor.
     *
     * @param model the model, which stays the caller's
     * @param method the method
     * @param steps how many points of the line the mean of integrated gradients is over; other
     *     methods do not look at it
     * @throws IllegalArgumentException if the model predicts nothing of these, or {@code steps} is
     *     not positive
     */
    public Attributor(TaskModel model, AttributionMethod method, int steps) {
        Require.atLeast("steps", steps, 1);
        this.model = model;
        this.method = method;
        this.steps = steps;
        tokenizer = model.tokenizer();
        task = task(model);
    }

    private static Task task(TaskModel model) {
        Task task = Task.of(model.model().config());
        return switch (task) {
            case TEXT_CLASSIFICATION, FILL_MASK -> {
                Require.that(
                        model.model().model() instanceof ModelWithHead,
                        "%s finds the end of a text in its ids, and takes no word embeddings: its"
                                + " classes cannot be attributed",
                        model.model().model().architecture());
                yield task;
            }
            case TRANSLATION, TEXT_GENERATION -> {
                boolean writes = !model.model().model().isCausal();
                Require.that(
                        !writes || model.model().model() instanceof EncoderDecoder,
                        "%s is no encoder-decoder of attention layers: what it writes cannot be"
                                + " attributed",
                        model.model().model().architecture());
                yield writes ? Task.TRANSLATION : Task.TEXT_GENERATION;
            }
            default ->
                    throw new IllegalArgumentException(
                            ("attributions are of classes of texts, masked tokens, next tokens and"
                                            + " written ones, and %s predicts none of these")
                                    .formatted(model.model().model().architecture()));
        };
    }

    /**
     * Returns whether the model reads one text and writes another.
     *
     * @return whether it has an encoder and a decoder
     */
    public boolean isEncoderDecoder() {
        return task == Task.TRANSLATION;
    }

    /**
     * Attributes a prediction for a text.
     *
     * @param text the text; a pair for classifiers and masked language models alone
     * @param target a class by its name or number, or a token; null for what the model predicts
     * @return one attribution; of several masks one for each; and where no target is given, one for
     *     each token that an encoder-decoder writes by its own settings
     * @throws IOException if the settings of generation cannot be read
     * @throws IllegalArgumentException if the text or the target does not fit the model, or the
     *     method its family
     */
    public List<Attribution> attribute(TextPair text, String target) throws IOException {
        Require.that(
                text.pair() == null || task == Task.TEXT_CLASSIFICATION || task == Task.FILL_MASK,
                "%s reads one text, and no pair",
                model.model().model().architecture());
        return switch (task) {
            case TEXT_CLASSIFICATION -> ofClass(model.read(text), target);
            case FILL_MASK -> ofMasks(model.read(text), target);
            case TEXT_GENERATION -> ofNext(model.read(text).open(), target);
            default ->
                    target == null
                            ? attributeWritten(text.text(), generated(text.text()))
                            : ofFirst(text.text(), target);
        };
    }

    /**
     * Attributes each token that an encoder-decoder writes to the tokens of the source.
     *
     * @param source what it reads
     * @param written what it is to have written
     * @return an attribution for each token of {@code written} and its end
     * @throws IOException if the settings of generation cannot be read
     * @throws IllegalArgumentException if the model is no encoder-decoder, or a text is too long
     */
    public List<Attribution> attributeWritten(String source, String written) throws IOException {
        Require.that(
                isEncoderDecoder(),
                "%s reads one text and writes none: give it no second text",
                model.model().model().architecture());
        SequencePairEncoder encoder = encoder();
        return ofLabels(encoder, source, encoder.labels(written, 0), 0);
    }

    private List<Attribution> ofClass(TokenizedText tokens, String target) {
        return compute(
                tokens,
                null,
                logits -> { // (1, C)
                    int id = target == null ? best(logits) : classOf(target);
                    return List.of(
                            new Question(
                                    id,
                                    model.labels().get(id),
                                    -1,
                                    model.model().model().isCausal() ? tokens.length() - 1 : 0));
                });
    }

    private int classOf(String target) {
        List<String> labels = model.labels();
        if (labels.contains(target)) {
            return labels.indexOf(target);
        }
        OptionalInt index =
                IntStream.range(0, labels.size())
                        .filter(i -> String.valueOf(i).equals(target))
                        .findFirst();
        return index.orElseThrow(
                () ->
                        new IllegalArgumentException(
                                "the target must be one of the classes %s, or its number, got %s"
                                        .formatted(labels, target)));
    }

    private List<Attribution> ofMasks(TokenizedText tokens, String target) {
        int mask = tokenizer.maskId().orElse(-1);
        int[] masks =
                IntStream.range(0, tokens.length()).filter(t -> tokens.ids()[t] == mask).toArray();
        Require.that(
                masks.length != 0,
                "the text has no %s whose token could be attributed",
                tokenizer.specialTokens().getOrDefault("mask", "mask"));
        return compute(
                tokens,
                null,
                logits -> // (1, T, V)
                Arrays.stream(masks)
                                .mapToObj(t -> token(target, logits.get("0, {}", t), t, t))
                                .toList());
    }

    private List<Attribution> ofNext(TokenizedText tokens, String target) {
        int last = tokens.length() - 1;
        return compute(
                tokens,
                null,
                logits -> // (1, T, V)
                List.of(token(target, logits.get("0, {}", last), tokens.length(), last)));
    }

    private Question token(String target, NDArray logits, int position, int row) {
        int id = target == null ? best(logits) : tokenOf(target);
        return new Question(id, tokenizer.token(id), position, row);
    }

    /** The id of a token as the vocabulary has it, or as a text has it. */
    private int tokenOf(String target) {
        OptionalInt known =
                IntStream.range(0, tokenizer.targetVocabularySize())
                        .filter(id -> target.equals(tokenizer.token(id)))
                        .findFirst();
        if (known.isPresent()) {
            return known.getAsInt();
        }
        TokenizedText found =
                tokenizer.encodeTarget(target, EncodeOptions.DEFAULT.withoutSpecialTokens());
        Require.that(
                found.length() == 1,
                "the target must be one token, but '%s' is %s: %s",
                target,
                found.length(),
                Arrays.toString(found.tokens()));
        return Math.toIntExact(found.ids()[0]);
    }

    private List<Attribution> ofFirst(String source, String target) throws IOException {
        SequencePairEncoder encoder = encoder();
        int[] prefix = encoder.prefix();
        int[] labels = Arrays.copyOf(prefix, prefix.length + 1);
        labels[prefix.length] = tokenOf(target);
        return ofLabels(encoder, source, labels, prefix.length);
    }

    private SequencePairEncoder encoder() throws IOException {
        return new SequencePairEncoder(generator(), GenerationRequest.DEFAULT);
    }

    private TextGenerator generator() {
        return TextGenerator.of(model.model(), tokenizer);
    }

    private String generated(String source) throws IOException {
        return generator().generate(source, GenerationRequest.DEFAULT).text();
    }

    private List<Attribution> ofLabels(
            SequencePairEncoder encoder, String source, int[] labels, int from) {
        EncoderDecoder both = model.model().model(EncoderDecoder.class);
        TokenizedText tokens = encoder.sourceTokens(source);
        requireRoom("source", tokens.length(), both.maxTokens());
        requireRoom("target", labels.length, both.maxTargetTokens());
        return compute(
                tokens,
                labels,
                logits -> // (1, T, V)
                IntStream.range(from, labels.length)
                                .mapToObj(
                                        t ->
                                                new Question(
                                                        labels[t],
                                                        tokenizer.token(labels[t]),
                                                        t,
                                                        t))
                                .toList());
    }

    private static void requireRoom(String what, int tokens, OptionalInt positions) {
        Require.that(
                positions.isEmpty() || tokens <= positions.getAsInt(),
                "the %s has %s tokens, but the model has positions for %s: shorten it",
                what,
                tokens,
                positions.orElse(0));
    }

    private static int best(NDArray logits) {
        return Math.toIntExact(
                logits.flatten().argMax().toType(DataType.INT64, false).toLongArray()[0]);
    }

    /**
     * What is attributed.
     *
     * @param id the class or token
     * @param name its name
     * @param position where it is predicted, −1 for a class
     * @param row which state it is read from: a position of the text, or of what is written
     */
    private record Question(int id, String name, int position, int row) {

        /** The predicted value in each row of logits (R, C) or (R, T, V): (R). */
        NDArray value(NDArray logits) {
            if (position < 0) {
                return logits.get(":, {}", id);
            }
            NDArray scores = logits.get(":, {}", row); // (R, V)
            boolean half = scores.getDataType().getNumOfBytes() < Float.BYTES;
            return (half ? scores.toType(DataType.FLOAT32, false) : scores)
                    .logSoftmax(-1)
                    .get(":, {}", id);
        }
    }

    /**
     * Computes attributions.
     *
     * @param tokens what the model reads
     * @param labels what an encoder-decoder writes; null for other models
     * @param ask tells from the logits for the text what is to be attributed
     */
    private List<Attribution> compute(
            TokenizedText tokens, int[] labels, Function<NDArray, List<Question>> ask) {
        Require.that(tokens.length() > 0, "the text has no tokens");
        NDManager owner = model.model().manager();
        return EngineThreads.compute(
                owner,
                () -> {
                    try (NDManager call = owner.newSubManager()) {
                        return attributions(call, new ModelCalls(model, tokens, labels), ask);
                    }
                });
    }

    private List<Attribution> attributions(
            NDManager call, ModelCalls calls, Function<NDArray, List<Question>> ask) {
        boolean rollsOut = method == AttributionMethod.ROLLOUT;
        Require.that(
                !rollsOut || !attendsInWindows(),
                "%s attends in windows, and rollout needs the weights between all tokens: use"
                        + " another method",
                model.model().model().architecture());
        ModelObserver observer = rollsOut ? new ModelObserver() : null;
        NDArray logits = calls.ofIds(call, observer);
        List<Attribution> attributions = new ArrayList<>();
        Scores scores =
                observer == null
                        ? vectorScores(call, calls, logits)
                        : rolloutScores(calls, observer);
        for (Question question : ask.apply(logits)) {
            double value = doubles(question.value(logits))[0];
            attributions.add(
                    scores.of(
                            question,
                            new AttributionTarget(
                                    question.id, question.name, question.position, value)));
        }
        return attributions;
    }

    /** Such a model tells the weights of windows, in a layout of their own. */
    private boolean attendsInWindows() {
        return model.model().model() instanceof ModelWithHead whole
                && whole.base().inputNames().contains("global_attention_mask");
    }

    /** Computes the scores for a prediction. */
    @FunctionalInterface
    private interface Scores {

        Attribution of(Question question, AttributionTarget target);
    }

    private Scores rolloutScores(ModelCalls calls, ModelObserver observer) {
        int length = calls.tokens().length();
        boolean both = isEncoderDecoder();
        String names = both ? "encoder_attentions." : "attentions.";
        List<double[][]> layers = AttentionRollout.layers(observer.arrays(), names, length);
        List<double[][]> cross =
                AttentionRollout.layers(observer.arrays(), "cross_attentions.", length);
        return (question, target) -> {
            double[] start;
            if (both) {
                start = cross.get(cross.size() - 1)[question.row];
            } else {
                start = new double[length];
                start[question.row] = 1;
            }
            double[] shares = AttentionRollout.back(start, layers);
            return new Attribution(calls.tokens(), shares, method, target, OptionalDouble.empty());
        };
    }

    private Scores vectorScores(NDManager call, ModelCalls calls, NDArray logits) {
        NDArray vectors = calls.vectors(call, calls.tokens().ids()); // (1, T, D)
        if (method != AttributionMethod.INTEGRATED_GRADIENTS) {
            return (question, target) -> {
                NDArray gradient = calls.gradient(call, vectors, question::value); // (1, T, D)
                NDArray scores =
                        method == AttributionMethod.GRADIENT
                                ? gradient.mul(vectors).sum(new int[] {2})
                                : gradient.square().sum(new int[] {2}).sqrt(); // (1, T)
                return new Attribution(
                        calls.tokens(), doubles(scores), method, target, OptionalDouble.empty());
            };
        }
        NDArray baseline = baseline(call, calls, vectors); // (1, T, D)
        NDArray difference = vectors.sub(baseline);
        NDArray before = calls.ofVectors(call, baseline);
        int together = calls.rowsTogether(logits.getShape());
        return (question, target) -> {
            NDArray sum = null; // (1, T, D)
            for (int from = 0; from < steps; from += together) {
                NDArray alphas = alphas(call, from, Math.min(steps, from + together));
                NDArray points =
                        baseline.add(
                                difference.mul(alphas.toType(difference.getDataType(), false)));
                NDArray part = calls.gradient(call, points, question::value);
                NDArray partSum = part.sum(new int[] {0}, true);
                sum = sum == null ? partSum : sum.add(partSum);
                points.close();
                part.close();
            }
            double[] scores = doubles(sum.mul(difference).sum(new int[] {2}));
            for (int t = 0; t < scores.length; t++) {
                scores[t] /= steps;
            }
            double of = doubles(question.value(before))[0];
            return new Attribution(calls.tokens(), scores, method, target, OptionalDouble.of(of));
        };
    }

    /** The middle of each of the parts that the line is cut into, (R, 1, 1). */
    private NDArray alphas(NDManager call, int from, int to) {
        float[] alphas = new float[to - from];
        for (int i = 0; i < alphas.length; i++) {
            alphas[i] = (from + i + 0.5f) / steps;
        }
        return HostArrays.of(call, alphas, new Shape(alphas.length, 1, 1));
    }

    private NDArray baseline(NDManager call, ModelCalls calls, NDArray vectors) {
        TokenizedText tokens = calls.tokens();
        OptionalInt blank = baselineId();
        long[] ids = tokens.ids().clone();
        float[] kept = new float[ids.length];
        for (int t = 0; t < ids.length; t++) {
            boolean asked = task == Task.FILL_MASK && ids[t] == tokenizer.maskId().orElse(-1);
            if (tokens.special()[t] || asked) {
                kept[t] = 1;
            } else {
                ids[t] = blank.orElse(0);
            }
        }
        if (blank.isPresent()) {
            return calls.vectors(call, ids);
        }
        NDArray mask = HostArrays.of(call, kept, new Shape(1, kept.length, 1));
        return vectors.mul(mask.toType(vectors.getDataType(), false));
    }

    /**
     * Returns what stands for a token that is not there.
     *
     * @return the id of padding, or else of the mask, or else of an unknown token; empty for a
     *     vector of zeros
     */
    public OptionalInt baselineId() {
        for (OptionalInt id : List.of(tokenizer.padId(), tokenizer.maskId(), tokenizer.unkId())) {
            if (id.isPresent()) {
                return id;
            }
        }
        return OptionalInt.empty();
    }

    private static double[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT64, false).toDoubleArray();
    }
}
