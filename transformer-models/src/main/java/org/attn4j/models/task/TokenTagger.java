package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;

/**
 * Tells the class of each token, such as the names of people and places, as the {@code
 * token-classification} pipeline of transformers does, and puts tokens together to words and names.
 * What is longer than the tokenizer allows is cut off, or read in parts that overlap.
 */
public final class TokenTagger {

    /** The class of what is no name. */
    public static final String OUTSIDE = "O";

    private final TaskModel model;
    private final Aggregation aggregation;
    private final Set<String> ignored;
    private final int stride; // -1 to cut long texts
    private final List<String> labels;

    /**
     * Creates a tagger that puts neighbouring tokens of one class together.
     *
     * @param model a model for {@link Task#TOKEN_CLASSIFICATION}
     */
    public TokenTagger(TaskModel model) {
        this(model, Aggregation.SIMPLE, Set.of(OUTSIDE), -1);
    }

    /**
     * Creates a tagger.
     *
     * @param model a model for {@link Task#TOKEN_CLASSIFICATION}
     * @param aggregation how tokens are put together
     * @param ignored the classes that are left out
     * @param stride how many tokens neighbouring parts of a long text share; -1 to cut a long text
     * @throws IllegalArgumentException if there is a stride and every token stands by itself
     */
    public TokenTagger(TaskModel model, Aggregation aggregation, Set<String> ignored, int stride) {
        Require.that(
                stride < 0 || aggregation != Aggregation.NONE,
                "parts of a long text need an aggregation other than none");
        this.model = model;
        this.aggregation = aggregation;
        this.ignored = Set.copyOf(ignored);
        this.stride = stride;
        labels = model.labels();
    }

    /** A token or a word, with the probabilities of its classes. */
    private record Tagged(
            double[] scores, int index, String word, int start, int end, boolean continues) {}

    /**
     * Tags a text.
     *
     * @param text the text
     * @return its entities, in the order of the text
     */
    public List<Entity> tag(String text) {
        return tag(List.of(text)).get(0);
    }

    /**
     * Tags texts.
     *
     * @param texts the texts
     * @return the entities of each, in the order of the text
     */
    public List<List<Entity>> tag(List<String> texts) {
        return Outcome.values(outcomes(texts));
    }

    /**
     * Tags texts. One that is refused does not keep the others back.
     *
     * @param texts the texts
     * @return the entities of each, in the order of the text, or why there are none, and how much
     *     of it was read
     */
    public List<Outcome<List<Entity>>> outcomes(List<String> texts) {
        return model.outcomes(texts, this::read, this::tagged);
    }

    /**
     * Tags words that are given as such: each by the best class of its first token, ignored or not.
     *
     * @param sentences the words of each sentence
     * @return the classes of the words of each; null for a word of which nothing was read, because
     *     it has no token or stands behind the limit of the tokenizer
     */
    public List<List<String>> tagWords(List<List<String>> sentences) {
        EncodeOptions options =
                EncodeOptions.DEFAULT.withTruncation(Truncation.LONGEST_FIRST, model.limit());
        List<TokenizedText> rows =
                sentences.stream()
                        .map(words -> model.tokenizer().encodeWords(words, options))
                        .toList();
        List<List<double[]>> scores = model.call(rows, TokenTagger::read);
        List<List<String>> tagged = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String[] tags = new String[sentences.get(i).size()];
            int[] words = rows.get(i).wordIds();
            for (int token = words.length - 1; token >= 0; token--) {
                if (words[token] >= 0) {
                    tags[words[token]] = labels.get(Logits.best(scores.get(i).get(token)));
                }
            }
            tagged.add(Arrays.asList(tags));
        }
        return tagged;
    }

    private TaskModel.Read read(String text) {
        TextPair alone = TextPair.of(text);
        if (stride < 0) {
            return model.cut(alone, Truncation.LONGEST_FIRST, model.limit());
        }
        EncodeOptions options =
                EncodeOptions.DEFAULT
                        .withTruncation(Truncation.LONGEST_FIRST, model.limit())
                        .withStride(stride);
        List<TokenizedText> windows = model.tokenizer().windows(alone, options);
        return new TaskModel.Read(alone, windows, model.whole(alone).reading());
    }

    private List<List<Entity>> tagged(List<TaskModel.Read> texts) {
        List<TokenizedText> rows = texts.stream().flatMap(text -> text.rows().stream()).toList();
        List<List<double[]>> scores = model.call(rows, TokenTagger::read);
        List<List<Entity>> results = new ArrayList<>();
        int next = 0;
        for (TaskModel.Read text : texts) {
            List<Entity> entities = new ArrayList<>();
            for (TokenizedText part : text.rows()) {
                entities.addAll(entities(text.text().text(), part, scores.get(next++)));
            }
            results.add(text.rows().size() > 1 ? withoutOverlaps(entities) : entities);
        }
        return results;
    }

    private static List<List<double[]>> read(List<TokenizedText> rows, ModelOutputs outputs) {
        NDArray logits = outputs.require("logits"); // (B, T, C)
        int length = Math.toIntExact(logits.getShape().get(1));
        List<double[]> all = Logits.rows(logits).stream().map(Logits::softmax).toList(); // B·T
        List<List<double[]>> read = new ArrayList<>();
        for (int b = 0; b < rows.size(); b++) {
            read.add(all.subList(b * length, b * length + rows.get(b).length()));
        }
        return read;
    }

    private List<Entity> entities(String text, TokenizedText row, List<double[]> scores) {
        List<Tagged> tokens = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            if (!row.special()[i]) {
                tokens.add(token(text, row, i, scores.get(i)));
            }
        }
        List<Entity> entities =
                switch (aggregation) {
                    case NONE -> tokens.stream().map(this::entity).toList();
                    case SIMPLE -> groups(tokens.stream().map(this::entity).toList());
                    default -> groups(words(tokens).stream().map(this::entity).toList());
                };
        return entities.stream().filter(entity -> !ignored.contains(entity.label())).toList();
    }

    private Tagged token(String text, TokenizedText row, int i, double[] scores) {
        ModelTokenizer tokenizer = model.tokenizer();
        int start = row.offsets()[i][0];
        int end = row.offsets()[i][1];
        String written = text.substring(start, Math.max(start, end));
        boolean unknown = tokenizer.unkId().orElse(-1) == row.ids()[i];
        String word = unknown ? written : row.tokens()[i];
        boolean continues = !unknown && continuesWord(text, word, written, start);
        return new Tagged(scores, i, word, start, end, continues);
    }

    /** Where a vocabulary does not mark what continues a word, white space tells. */
    private boolean continuesWord(String text, String token, String written, int start) {
        if (!model.tokenizer().continuingPrefix().isEmpty()) {
            return length(token) != length(written);
        }
        int behind = Math.min(start + 1, text.length());
        return start > 0 && !text.substring(start - 1, behind).contains(" ");
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private Entity entity(Tagged token) {
        int best = Logits.best(token.scores());
        return new Entity(
                labels.get(best),
                token.scores()[best],
                token.index(),
                token.word(),
                token.start(),
                token.end());
    }

    private List<Tagged> words(List<Tagged> tokens) {
        List<Tagged> words = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= tokens.size(); i++) {
            if (i == tokens.size() || !tokens.get(i).continues()) {
                words.add(word(tokens.subList(first, i)));
                first = i;
            }
        }
        return words;
    }

    private Tagged word(List<Tagged> tokens) {
        double[] scores =
                switch (aggregation) {
                    case FIRST -> tokens.get(0).scores();
                    case MAX -> mostCertain(tokens);
                    default -> average(tokens);
                };
        Tagged first = tokens.get(0);
        Tagged last = tokens.get(tokens.size() - 1);
        String text = model.tokenizer().join(tokens.stream().map(Tagged::word).toList());
        return new Tagged(scores, -1, text, first.start(), last.end(), false);
    }

    private static double[] mostCertain(List<Tagged> tokens) {
        double[] highest = tokens.get(0).scores();
        for (Tagged token : tokens) {
            double[] scores = token.scores();
            if (scores[Logits.best(scores)] > highest[Logits.best(highest)]) {
                highest = scores;
            }
        }
        return highest;
    }

    private static double[] average(List<Tagged> tokens) {
        double[] mean = new double[tokens.get(0).scores().length];
        for (Tagged token : tokens) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += token.scores()[i] / tokens.size();
            }
        }
        return mean;
    }

    /** Puts neighbours of one class together. */
    private List<Entity> groups(List<Entity> entities) {
        List<Entity> groups = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= entities.size(); i++) {
            boolean goesOn =
                    i < entities.size()
                            && !entities.get(i).label().startsWith("B-")
                            && name(entities.get(i)).equals(name(entities.get(i - 1)));
            if (!goesOn) {
                groups.add(group(entities.subList(first, i)));
                first = i;
            }
        }
        return groups;
    }

    /** The class without {@code B-} and {@code I-}. */
    private static String name(Entity entity) {
        String label = entity.label();
        return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
    }

    private Entity group(List<Entity> members) {
        Entity first = members.get(0);
        Entity last = members.get(members.size() - 1);
        int dash = first.label().indexOf('-');
        double score = members.stream().mapToDouble(Entity::score).average().orElseThrow();
        String text = model.tokenizer().join(members.stream().map(Entity::word).toList());
        return new Entity(
                first.label().substring(dash + 1), score, -1, text, first.start(), last.end());
    }

    /** Of entities that overlap, from neighbouring parts, the longer stays, or the more certain. */
    private static List<Entity> withoutOverlaps(List<Entity> entities) {
        List<Entity> sorted = new ArrayList<>(entities);
        sorted.sort(Comparator.comparingInt(Entity::start));
        List<Entity> kept = new ArrayList<>();
        Entity current = null;
        for (Entity entity : sorted) {
            if (current == null) {
                current = entity;
            } else if (current.start() <= entity.start() && entity.start() < current.end()) {
                current = better(entity, current) ? entity : current;
            } else {
                kept.add(current);
                current = entity;
            }
        }
        if (current != null) {
            kept.add(current);
        }
        return kept;
    }

    private static boolean better(Entity entity, Entity than) {
        int length = entity.end() - entity.start();
        int other = than.end() - than.start();
        return length > other || length == other && entity.score() > than.score();
    }
}
