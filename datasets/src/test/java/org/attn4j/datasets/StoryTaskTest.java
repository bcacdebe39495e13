package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.training.dataset.Dataset.Usage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StoryTaskTest {

    private static StoryTaskConfig config(int facts) {
        return new StoryTaskConfig(facts, 3, 10, 1_000, 200, 4);
    }

    /** Reads each story again, with nothing but its words, and answers it. */
    @Test
    void answersFollowFromTheStories() {
        for (int facts : new int[] {1, 2}) {
            int dropped = 0;
            for (Story story : StoryTask.of(Usage.TRAIN, config(facts))) {
                Map<String, String> places = new HashMap<>();
                Map<String, String> holders = new HashMap<>();
                Map<String, String> lying = new HashMap<>();
                for (String sentence : story.sentences()) {
                    List<String> words = Story.words(sentence);
                    String who = words.get(0);
                    String last = words.get(words.size() - 1);
                    if (words.contains("to")) {
                        assertNotEquals(last, places.put(who, last), "a walk to the same place");
                    } else if (words.contains("dropped") || words.contains("left")) {
                        assertEquals(who, holders.remove(last));
                        lying.put(last, places.get(who));
                    } else {
                        assertEquals(null, holders.put(last, who));
                        String where = lying.remove(last);
                        assertTrue(where == null || where.equals(places.get(who)));
                    }
                }
                List<String> asked = Story.words(story.question());
                String what = asked.get(asked.size() - 1);
                String answer =
                        facts == 1
                                ? places.get(what)
                                : holders.containsKey(what)
                                        ? places.get(holders.get(what))
                                        : lying.get(what);
                assertEquals(answer, story.answer(), story.toString());
                dropped += lying.containsKey(what) ? 1 : 0;
            }
            assertTrue(facts == 1 || dropped > 50, "too few things are dropped: " + dropped);
        }
    }

    @Test
    void supportsAreWhatTheAnswerNeeds() {
        for (int facts : new int[] {1, 2}) {
            for (Story story : StoryTask.of(Usage.TEST, config(facts))) {
                assertEquals(facts, story.supports().size());
                String told = story.sentences().get(story.supports().get(facts - 1));
                assertTrue(told.contains(story.answer()), story.toString());
                List<String> asked = Story.words(story.question());
                String first = story.sentences().get(story.supports().get(0));
                assertTrue(Story.words(first).contains(asked.get(asked.size() - 1)));
            }
        }
    }

    @Test
    void partsHaveTheirSizesShareNothingAndComeAgain() {
        Set<String> all = new HashSet<>();
        Set<String> words = new TreeSet<>();
        for (Usage usage : Usage.values()) {
            List<Story> part = StoryTask.of(usage, config(2));
            assertEquals(usage == Usage.TRAIN ? 1_000 : 200, part.size());
            assertEquals(part, StoryTask.of(usage, config(2)));
            part.forEach(story -> all.add(story.sentences() + story.question()));
            part.forEach(story -> words.addAll(story.words()));
        }
        assertEquals(1_400, all.size());
        assertEquals(StoryTask.vocabulary(), List.copyOf(words));
        assertNotEquals(
                StoryTask.of(Usage.TEST, config(1)),
                StoryTask.of(Usage.TEST, new StoryTaskConfig(1, 3, 10, 1_000, 200, 5)));
    }

    @Test
    void impossibleWishesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new StoryTaskConfig(3, 3, 10, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new StoryTaskConfig(2, 1, 10, 1, 1, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> StoryTask.of(Usage.TRAIN, new StoryTaskConfig(1, 1, 1, 10_000, 1, 1)));
    }
}
