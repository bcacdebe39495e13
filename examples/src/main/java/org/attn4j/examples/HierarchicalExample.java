package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mechanism.HierarchicalAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownTokens;

/**
 * Hierarchical attention points to the sentence and the word that decide a document.
 *
 * <p>A document is a review of a few sentences. Several of them judge something, by a word such as
 * "fine" or "awful", but the verdict of the review is that of the one sentence which speaks of the
 * film itself. Trained with the verdicts alone, the model must find out that it is this sentence
 * that counts, and in it the word that judges.
 */
final class HierarchicalExample implements Example {

    private static final String[] FILLERS = {
        "the", "a", "was", "and", "we", "with", "of", "on", "very", "seats", "music", "evening",
        "people", "crew", "ticket", "city", "later", "there", "our", "had"
    };
    private static final String[][] JUDGEMENTS = {
        {"awful", "dull", "tiresome"},
        {"fine", "decent", "watchable"},
        {"superb", "great", "moving"}
    };
    private static final String SUBJECT = "film";
    private static final String[] VERDICTS = {"bad", "fair", "good"};

    private static final int SENTENCES = 6;
    private static final int WORDS = 7;
    private static final int BATCH = 32;
    private static final int TRAINING = 400;
    private static final int EVALUATED = 400;
    private static final float LEARNING_RATE = 0.005f;
    private static final double PROMISED = 0.95;

    @Override
    public String name() {
        return "hierarchical";
    }

    @Override
    public String summary() {
        return "points to the sentence and the word that decide a review's verdict (HAN)";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        Random random = new Random(settings.seed());
        try (NDManager manager = settings.newManager()) {
            HierarchicalAttention block =
                    new HierarchicalAttention(
                            HierarchicalAttention.Config.of(
                                    Vocabulary.SIZE, 16, 16, VERDICTS.length));
            block.initialize(manager, DataType.FLOAT32, new Shape(1, SENTENCES, WORDS));
            Learner learner = new Learner(manager, block, LEARNING_RATE);
            Loss loss = Loss.softmaxCrossEntropyLoss();
            int steps = settings.share(TRAINING);
            for (int step = 1; step <= steps; step++) {
                float value =
                        learner.step(
                                own -> {
                                    Reviews reviews = Reviews.draw(random, BATCH);
                                    NDArray logits =
                                            block.read(
                                                            learner.parameters(),
                                                            reviews.inputs(own, null),
                                                            true)
                                                    .logits();
                                    return loss.evaluate(
                                            new NDList(reviews.labels(own)), new NDList(logits));
                                });
                if (step % 100 == 0 || step == steps) {
                    progress.accept(
                            String.format(
                                    Locale.ROOT, "step %s of %s, loss %.3f", step, steps, value));
                }
            }
            Reviews reviews = Reviews.draw(random, EVALUATED);
            AttentionRecorder recorder = new AttentionRecorder();
            HierarchicalAttention.Output output =
                    block.read(learner.parameters(), reviews.inputs(manager, recorder), false);
            return result(steps, output, recorder, reviews);
        }
    }

    /** Words by their ids; 0 is no word. */
    private static final class Vocabulary {

        static final int SIZE = 2 + FILLERS.length + 3 * JUDGEMENTS.length;
        static final int SUBJECT_ID = 1;

        static int filler(Random random) {
            return 2 + random.nextInt(FILLERS.length);
        }

        static int judgement(Random random, int verdict) {
            return 2 + FILLERS.length + 3 * verdict + random.nextInt(3);
        }

        static String word(long id) {
            if (id == SUBJECT_ID) {
                return SUBJECT;
            }
            int judging = (int) id - 2 - FILLERS.length;
            return judging < 0 ? FILLERS[(int) id - 2] : JUDGEMENTS[judging / 3][judging % 3];
        }
    }

    /** Reviews, with what decides each: a sentence, and a word in it. */
    private record Reviews(long[] words, float[] verdicts, int[] sentence, int[] word) {

        static Reviews draw(Random random, int count) {
            Reviews reviews =
                    new Reviews(
                            new long[count * SENTENCES * WORDS],
                            new float[count],
                            new int[count],
                            new int[count]);
            for (int row = 0; row < count; row++) {
                reviews.fill(row, random);
            }
            return reviews;
        }

        private void fill(int row, Random random) {
            int sentences = 3 + random.nextInt(SENTENCES - 2);
            int deciding = random.nextInt(sentences);
            for (int s = 0; s < sentences; s++) {
                int from = (row * SENTENCES + s) * WORDS;
                int length = 4 + random.nextInt(WORDS - 3);
                for (int w = 0; w < length; w++) {
                    words[from + w] = Vocabulary.filler(random);
                }
                boolean decides = s == deciding;
                if (!decides && random.nextInt(3) == 0) {
                    continue; // a sentence that judges nothing
                }
                int verdict = random.nextInt(VERDICTS.length);
                int at = random.nextInt(length);
                words[from + at] = Vocabulary.judgement(random, verdict);
                if (decides) {
                    int subject = (at + 1 + random.nextInt(length - 1)) % length;
                    words[from + subject] = Vocabulary.SUBJECT_ID;
                    verdicts[row] = verdict;
                    sentence[row] = s;
                    word[row] = at;
                }
            }
        }

        HierarchicalAttention.Inputs inputs(NDManager manager, AttentionObserver observer) {
            long count = verdicts.length;
            return new HierarchicalAttention.Inputs(
                    HostArrays.of(manager, words, new Shape(count, SENTENCES, WORDS)),
                    null,
                    observer);
        }

        NDArray labels(NDManager manager) {
            return HostArrays.of(manager, verdicts, new Shape(verdicts.length));
        }
    }

    private static ExampleResult result(
            int steps,
            HierarchicalAttention.Output output,
            AttentionRecorder recorder,
            Reviews reviews) {
        float[] logits = output.logits().toFloatArray();
        float[] byWord = recorder.recorded("word").get(0).weights();
        float[] bySentence = recorder.recorded("sentence").get(0).weights();
        int right = 0;
        int sentences = 0;
        int words = 0;
        for (int row = 0; row < EVALUATED; row++) {
            int verdict = largest(logits, row * VERDICTS.length, VERDICTS.length);
            right += verdict == (int) reviews.verdicts()[row] ? 1 : 0;
            int sentence = largest(bySentence, row * SENTENCES, SENTENCES);
            boolean found = sentence == reviews.sentence()[row];
            sentences += found ? 1 : 0;
            int from = (row * SENTENCES + reviews.sentence()[row]) * WORDS;
            words += largest(byWord, from, WORDS) == reviews.word()[row] ? 1 : 0;
        }
        double accuracy = right / (double) EVALUATED;
        double sentenceShare = sentences / (double) EVALUATED;
        double wordShare = words / (double) EVALUATED;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("steps", steps);
        figures.put("accuracy", accuracy);
        figures.put("sentenceFound", sentenceShare);
        figures.put("wordFound", wordShare);
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "Of %s new reviews %.1f %% are judged rightly; the heaviest sentence is the one"
                                + " that decides in %.1f %%,",
                        EVALUATED,
                        100 * accuracy,
                        100 * sentenceShare));
        lines.add(
                String.format(
                        Locale.ROOT,
                        "and in it the heaviest word is the one that judges in %.1f %%. A review, with"
                                + " the weights of its sentences and words:",
                        100 * wordShare));
        picture(lines, reviews, bySentence, byWord);
        boolean reached =
                accuracy >= PROMISED && sentenceShare >= PROMISED && wordShare >= PROMISED;
        String verdict = VERDICTS[largest(logits, 0, VERDICTS.length)];
        return new ExampleResult(
                figures, lines, reached, page(reviews, verdict, byWord, bySentence));
    }

    /** The first review: its words, its sentences, and the verdict on it. */
    private static AttentionPage page(
            Reviews reviews, String verdict, float[] byWord, float[] bySentence) {
        List<String> sentences = new ArrayList<>();
        List<String> words = new ArrayList<>();
        List<Integer> sentenceOf = new ArrayList<>();
        List<Float> weightOf = new ArrayList<>();
        for (int i = 0; i < SENTENCES * WORDS; i++) {
            if (reviews.words()[i] == 0) {
                continue;
            }
            int sentence = i / WORDS;
            if (sentence == sentences.size()) {
                sentences.add("sentence " + (sentence + 1));
            }
            words.add(Vocabulary.word(reviews.words()[i]));
            sentenceOf.add(sentence);
            weightOf.add(byWord[i]);
        }
        float[][] inSentence = new float[sentences.size()][words.size()];
        for (int word = 0; word < words.size(); word++) {
            for (int sentence = 0; sentence < inSentence.length; sentence++) {
                boolean own = sentenceOf.get(word) == sentence;
                inSentence[sentence][word] = own ? weightOf.get(word) : Float.NaN;
            }
        }
        float[][] ofSentences = {Arrays.copyOf(bySentence, sentences.size())};
        return AttentionPage.builder("Hierarchical attention reads a review")
                .optDescription("Its verdict: " + verdict + ".")
                .addTokens(ShownTokens.of("words", words))
                .addTokens(ShownTokens.of("sentences", sentences))
                .addTokens(ShownTokens.of("review", List.of(verdict)))
                .addAttention(
                        ShownAttention.of(
                                "words",
                                "sentences",
                                "words",
                                Drawing.LEVELS,
                                new float[][][] {inSentence}))
                .addAttention(
                        ShownAttention.of(
                                "sentences",
                                "review",
                                "sentences",
                                Drawing.LEVELS,
                                new float[][][] {ofSentences}))
                .build();
    }

    private static void picture(
            List<String> lines, Reviews reviews, float[] bySentence, float[] byWord) {
        for (int s = 0; s < SENTENCES; s++) {
            int from = s * WORDS;
            if (reviews.words()[from] == 0) {
                break;
            }
            StringBuilder line = new StringBuilder();
            line.append(String.format(Locale.ROOT, "  %.2f ", bySentence[s]));
            for (int w = 0; w < WORDS && reviews.words()[from + w] != 0; w++) {
                line.append(' ').append(Vocabulary.word(reviews.words()[from + w]));
                if (byWord[from + w] >= 0.1) {
                    line.append(String.format(Locale.ROOT, "(%.2f)", byWord[from + w]));
                }
            }
            lines.add(line.toString());
        }
        lines.add("Its verdict: " + VERDICTS[(int) reviews.verdicts()[0]] + ".");
    }

    private static int largest(float[] values, int from, int count) {
        int best = from;
        for (int i = from + 1; i < from + count; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best - from;
    }
}
