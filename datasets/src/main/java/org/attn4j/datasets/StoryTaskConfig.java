package org.attn4j.datasets;

import ai.djl.training.dataset.Dataset.Usage;
import org.attn4j.common.Require;

/**
 * What the stories of a {@link StoryTask} are like. No story occurs twice with the same question,
 * in one part or in two.
 *
 * @param facts how many sentences the answer follows from, 1 or 2
 * @param minSentences the least sentences in a story
 * @param maxSentences the most sentences in a story
 * @param trainSize the number of training stories
 * @param heldOutSize the number of validation stories, and of test stories
 * @param seed the seed; parts belong together if their configurations are equal
 */
public record StoryTaskConfig(
        int facts, int minSentences, int maxSentences, int trainSize, int heldOutSize, long seed) {

    public StoryTaskConfig {
        within("facts", facts, 1, 2);
        within("minSentences", minSentences, facts, maxSentences);
        within("maxSentences", maxSentences, 1, 1_000);
        within("trainSize", trainSize, 1, 1_000_000);
        within("heldOutSize", heldOutSize, 1, 1_000_000);
    }

    private static void within(String name, int value, int least, int most) {
        Require.that(
                value >= least && value <= most,
                "%s must be between %s and %s, got %s",
                name,
                least,
                most,
                value);
    }

    int size(Usage usage) {
        return usage == Usage.TRAIN ? trainSize : heldOutSize;
    }
}
