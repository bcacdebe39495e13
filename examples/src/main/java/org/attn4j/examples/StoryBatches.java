package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mechanism.MemoryInputs;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.datasets.Story;
import org.attn4j.datasets.StoryTask;

/** Stories as word ids: 0 is padding, and the words of {@link StoryTask} follow. */
final class StoryBatches {

    private final List<Story> stories;
    private final List<String> vocabulary = StoryTask.vocabulary();
    private final int slots;
    private final int words;
    private final int asked;

    /**
     * Encodes on demand.
     *
     * @param stories the stories
     * @param slots the sentences that each story gets room for
     */
    StoryBatches(List<Story> stories, int slots) {
        this.stories = stories;
        this.slots = slots;
        words =
                stories.stream()
                        .flatMap(story -> story.sentences().stream())
                        .mapToInt(sentence -> Story.words(sentence).size())
                        .max()
                        .orElse(1);
        asked =
                stories.stream()
                        .mapToInt(story -> Story.words(story.question()).size())
                        .max()
                        .orElse(1);
    }

    int size() {
        return stories.size();
    }

    Story story(int i) {
        return stories.get(i);
    }

    int vocabularySize() {
        return vocabulary.size() + 1;
    }

    String word(long id) {
        return vocabulary.get((int) id - 1);
    }

    /** Draws stories at random. */
    int[] draw(Random random, int count) {
        return random.ints(count, 0, stories.size()).toArray();
    }

    /** The stories and questions of some numbers: (B, n, J) and (B, Jq). */
    MemoryInputs inputs(NDManager manager, int[] numbers, AttentionObserver observer) {
        long[] story = new long[numbers.length * slots * words];
        long[] question = new long[numbers.length * asked];
        for (int row = 0; row < numbers.length; row++) {
            Story told = stories.get(numbers[row]);
            for (int i = 0; i < told.sentences().size(); i++) {
                encode(told.sentences().get(i), story, (row * slots + i) * words);
            }
            encode(told.question(), question, row * asked);
        }
        return new MemoryInputs(
                HostArrays.of(manager, story, new Shape(numbers.length, slots, words)),
                HostArrays.of(manager, question, new Shape(numbers.length, asked)),
                null,
                observer);
    }

    /** The answers of some numbers, (B). */
    NDArray answers(NDManager manager, int[] numbers) {
        long[] ids = new long[numbers.length];
        for (int row = 0; row < ids.length; row++) {
            ids[row] = id(stories.get(numbers[row]).answer());
        }
        return HostArrays.of(manager, ids, new Shape(ids.length));
    }

    private void encode(String sentence, long[] ids, int from) {
        for (String word : Story.words(sentence)) {
            ids[from++] = id(word);
        }
    }

    private long id(String word) {
        return vocabulary.indexOf(word) + 1L;
    }
}
