package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * Fills the masks of a text with a masked language model, as the {@code fill-mask} pipeline of
 * transformers does. Several masks in a text are filled each by itself.
 */
public final class FillMask {

    private static final int TOP_K = 5;

    private final TaskModel model;
    private final int topK;
    private final int[] targets; // null for all tokens
    private final long mask;
    private final Map<String, String> replaced;

    /**
     * Creates a filler that gives the best five tokens.
     *
     * @param model a model for {@link Task#FILL_MASK}
     * @throws IllegalArgumentException if its tokenizer has no mask
     */
    public FillMask(TaskModel model) {
        this(model, TOP_K, List.of());
    }

    /**
     * Creates a filler.
     *
     * @param model a model for {@link Task#FILL_MASK}
     * @param topK how many tokens it gives for a mask
     * @param targets the only tokens to choose from; of a word that is no token, its first token is
     *     taken, as {@link #replacedTargets} tells; empty for all tokens
     * @throws IllegalArgumentException if the tokenizer has no mask, {@code topK} is not positive,
     *     or a target has no token
     */
    public FillMask(TaskModel model, int topK, List<String> targets) {
        Require.that(topK >= 1, "topK must be at least 1, got %s", topK);
        ModelTokenizer tokenizer = model.tokenizer();
        this.model = model;
        this.topK = topK;
        Map<String, String> others = new LinkedHashMap<>();
        this.targets =
                targets.isEmpty()
                        ? null
                        : targets.stream()
                                .mapToInt(target -> id(tokenizer, target, others))
                                .distinct()
                                .toArray();
        replaced = Collections.unmodifiableMap(others);
        mask =
                tokenizer
                        .maskId()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the tokenizer has no mask token, so that nothing"
                                                        + " can be left open"));
    }

    private static int id(ModelTokenizer tokenizer, String target, Map<String, String> replaced) {
        OptionalInt known = tokenizer.idOf(target);
        if (known.isPresent()) {
            return known.getAsInt();
        }
        long[] ids = tokenizer.encode(target, EncodeOptions.DEFAULT.withoutSpecialTokens()).ids();
        Require.that(ids.length != 0, "the target '%s' has no token", target);
        int first = Math.toIntExact(ids[0]);
        replaced.put(target, tokenizer.token(first));
        return first;
    }

    /**
     * Returns the targets that are no token of the vocabulary.
     *
     * @return each with the token that stands for it, the first of its tokens
     */
    public Map<String, String> replacedTargets() {
        return replaced;
    }

    /**
     * Returns how a mask is written.
     *
     * @return the text of the mask token, such as {@code [MASK]}
     */
    public String mask() {
        return model.tokenizer().specialTokens().get("mask");
    }

    /**
     * Fills the masks of a text.
     *
     * @param text a text with at least one mask
     * @return for each mask the best tokens, the best first
     * @throws IllegalArgumentException if the text has no mask, or more tokens than the model reads
     */
    public List<List<MaskPrediction>> fill(String text) {
        return fill(List.of(text)).get(0);
    }

    /**
     * Fills the masks of texts.
     *
     * @param texts texts with at least one mask each
     * @return for each text and mask the best tokens, the best first
     * @throws IllegalArgumentException if a text has no mask, or more tokens than the model reads
     */
    public List<List<List<MaskPrediction>>> fill(List<String> texts) {
        return Outcome.values(outcomes(texts));
    }

    /**
     * Fills the masks of texts. One that is refused does not keep the others back.
     *
     * @param texts texts with at least one mask each
     * @return for each text and mask the best tokens, the best first, or why there are none
     */
    public List<Outcome<List<List<MaskPrediction>>>> outcomes(List<String> texts) {
        return model.outcomes(
                texts,
                this::masked,
                reads -> {
                    List<TokenizedText> rows = reads.stream().map(TaskModel.Read::row).toList();
                    return model.call(rows, model.tokenizer().vocabularySize(), this::read);
                });
    }

    private TaskModel.Read masked(String text) {
        TaskModel.Read read = model.whole(TextPair.of(text));
        if (Arrays.stream(read.row().ids()).noneMatch(id -> id == mask)) {
            throw new IllegalArgumentException(
                    "the text has no " + mask() + " to be filled: " + text);
        }
        return read;
    }

    private List<List<List<MaskPrediction>>> read(List<TokenizedText> rows, ModelOutputs outputs) {
        NDArray logits = outputs.require("logits"); // (B, T, V)
        List<List<List<MaskPrediction>>> results = new ArrayList<>();
        for (int b = 0; b < rows.size(); b++) {
            long[] ids = rows.get(b).ids();
            int[] positions = IntStream.range(0, ids.length).filter(t -> ids[t] == mask).toArray();
            List<List<MaskPrediction>> found = new ArrayList<>();
            for (int position : positions) {
                NDArray of = logits.get(new NDIndex("{}, {}", b, position)); // (V)
                float[] values = of.toType(DataType.FLOAT32, false).toFloatArray();
                found.add(best(ids, position, positions.length == 1, Logits.softmax(values)));
            }
            results.add(found);
        }
        return results;
    }

    private List<MaskPrediction> best(long[] ids, int position, boolean only, double[] scores) {
        double[] of =
                targets == null
                        ? scores
                        : Arrays.stream(targets).mapToDouble(t -> scores[t]).toArray();
        List<MaskPrediction> best = new ArrayList<>();
        for (int i : Logits.top(of, topK)) {
            int token = targets == null ? i : targets[i];
            long[] filled = ids.clone();
            filled[position] = token;
            ModelTokenizer tokenizer = model.tokenizer();
            best.add(
                    new MaskPrediction(
                            token,
                            tokenizer.decode(new long[] {token}, false),
                            tokenizer.decode(withoutPadding(filled), only),
                            of[i]));
        }
        return best;
    }

    private long[] withoutPadding(long[] ids) {
        OptionalInt pad = model.tokenizer().padId();
        return pad.isEmpty()
                ? ids
                : Arrays.stream(ids).filter(id -> id != pad.getAsInt()).toArray();
    }
}
