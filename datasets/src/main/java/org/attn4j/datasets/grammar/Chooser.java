package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.random.RandomGenerator;

/** Random choices. */
final class Chooser {

    private final RandomGenerator random;

    Chooser(RandomGenerator random) {
        this.random = random;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    boolean percent(int chance) {
        return random.nextInt(100) < chance;
    }

    /** The position of the drawn weight. */
    int weighted(int... weights) {
        int total = 0;
        for (int weight : weights) {
            total += weight;
        }
        int drawn = random.nextInt(total);
        int place = 0;
        while (drawn >= weights[place]) {
            drawn -= weights[place++];
        }
        return place;
    }
}
