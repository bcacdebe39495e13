package org.attn4j.datasets;

import ai.djl.training.dataset.Dataset.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Stories of people who walk about, in the manner of the first two tasks of bAbI (Weston et al.
 * 2015, "Towards AI-Complete Question Answering").
 *
 * <p>With one supporting fact, people go from position to position and the question is where one of
 * them is. With two, they also pick up and drop things where they are, and the question is where a
 * thing is: it must be found who had it last, and then where that person was when holding it. A
 * thing is picked up only by who has been somewhere already, and by nobody while another holds it.
 * Every answer follows from the story.
 */
public final class StoryTask {

    private static final List<String> PEOPLE = List.of("Anna", "Ben", "Clara", "David");
    private static final List<String> PLACES =
            List.of("kitchen", "garden", "hallway", "bathroom", "office", "bedroom");
    private static final List<String> THINGS = List.of("apple", "ball", "lamp");
    private static final List<String> GOES =
            List.of("went to", "walked to", "moved to", "hurried to");
    private static final List<String> TAKES = List.of("took", "got", "grabbed");
    private static final List<String> DROPS = List.of("dropped", "left");

    private static final int MOST_TRIES_PER_STORY = 1_000;

    private StoryTask() {}

    /**
     * Generates a part of the task.
     *
     * @param usage which part
     * @param config what the stories are like
     * @return the stories, the same for the same configuration
     * @throws IllegalArgumentException if there are not as many different stories
     */
    public static List<Story> of(Usage usage, StoryTaskConfig config) {
        Randomness random = new Randomness(config.seed());
        Set<List<String>> seen = new HashSet<>();
        List<Story> stories = new ArrayList<>();
        for (Usage part : List.of(Usage.TEST, Usage.VALIDATION, Usage.TRAIN)) {
            int size = config.size(part);
            long tries = (long) size * MOST_TRIES_PER_STORY;
            for (int made = 0; made < size; ) {
                Story story = new Telling(random, config).tell();
                if (story != null && seen.add(told(story))) {
                    made++;
                    if (part == usage) {
                        stories.add(story);
                    }
                } else if (--tries < 0) {
                    throw new IllegalArgumentException(
                            ("there are not so many different stories of %s to"
                                            + " %s sentences: ask for fewer, or allow longer ones")
                                    .formatted(config.minSentences(), config.maxSentences()));
                }
            }
            if (part == usage) {
                break;
            }
        }
        return List.copyOf(stories);
    }

    /**
     * Lists the words that stories are told, asked about and answered with.
     *
     * @return the words in lower case, sorted
     */
    public static List<String> vocabulary() {
        Set<String> words = new TreeSet<>(List.of("the", "where", "is"));
        for (List<String> part : List.of(PEOPLE, PLACES, THINGS, GOES, TAKES, DROPS)) {
            part.forEach(phrase -> words.addAll(Story.words(phrase)));
        }
        return List.copyOf(words);
    }

    private static List<String> told(Story story) {
        List<String> told = new ArrayList<>(story.sentences());
        told.add(story.question());
        return told;
    }

    /** One story while it is told: who is where and has what, and which sentence said so. */
    private static final class Telling {

        private final Randomness random;
        private final StoryTaskConfig config;
        private final List<String> sentences = new ArrayList<>();
        private final int[] place = filled(PEOPLE.size());
        private final int[] arrival = filled(PEOPLE.size()); // the sentence that tells the position
        private final int[] holder = filled(THINGS.size());
        private final int[] event = filled(THINGS.size()); // the last sentence about the thing
        private final int[] dropPlace = filled(THINGS.size());
        private final int[] dropArrival = filled(THINGS.size());

        Telling(Randomness random, StoryTaskConfig config) {
            this.random = random;
            this.config = config;
        }

        private static int[] filled(int size) {
            int[] values = new int[size];
            Arrays.fill(values, -1);
            return values;
        }

        /** A story, or null if nothing can be asked about it. */
        Story tell() {
            int range = config.maxSentences() - config.minSentences() + 1;
            int length = config.minSentences() + random.nextInt(range);
            while (sentences.size() < length) {
                int person = random.nextInt(PEOPLE.size());
                boolean handles = config.facts() == 2 && random.nextInt(2) == 0;
                if (!handles || !handle(person)) {
                    go(person);
                }
            }
            return config.facts() == 1 ? whereIsSomebody() : whereIsSomething();
        }

        private void go(int person) {
            int next = random.nextInt(PLACES.size() - 1);
            place[person] = next >= place[person] && place[person] >= 0 ? next + 1 : next;
            arrival[person] = sentences.size();
            sentences.add(
                    "%s %s the %s."
                            .formatted(PEOPLE.get(person), any(GOES), PLACES.get(place[person])));
        }

        /** Lets a person take or drop something; false if there is nothing to take or drop. */
        private boolean handle(int person) {
            int thing = random.nextInt(THINGS.size());
            if (place[person] < 0) {
                return false;
            }
            boolean drops = holder[thing] == person;
            boolean lies = dropPlace[thing] < 0 || dropPlace[thing] == place[person];
            if (!drops && (holder[thing] >= 0 || !lies)) {
                return false;
            }
            event[thing] = sentences.size();
            dropPlace[thing] = drops ? place[person] : -1;
            dropArrival[thing] = drops ? arrival[person] : -1;
            holder[thing] = drops ? -1 : person;
            String verb = any(drops ? DROPS : TAKES);
            sentences.add(PEOPLE.get(person) + " " + verb + " the " + THINGS.get(thing) + ".");
            return true;
        }

        private Story whereIsSomebody() {
            int person = random.nextInt(PEOPLE.size());
            return place[person] < 0
                    ? null
                    : new Story(
                            sentences,
                            "Where is " + PEOPLE.get(person) + "?",
                            PLACES.get(place[person]),
                            List.of(arrival[person]));
        }

        private Story whereIsSomething() {
            int thing = random.nextInt(THINGS.size());
            if (event[thing] < 0) {
                return null;
            }
            int who = holder[thing];
            int where = who < 0 ? dropPlace[thing] : place[who];
            int told = who < 0 ? dropArrival[thing] : arrival[who];
            return new Story(
                    sentences,
                    "Where is the " + THINGS.get(thing) + "?",
                    PLACES.get(where),
                    List.of(event[thing], told));
        }

        private String any(List<String> phrases) {
            return phrases.get(random.nextInt(phrases.size()));
        }
    }
}
