package org.attn4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {

    private static final Labels LABELS = new Labels(List.of("x", "y"), List.of("a", "b"));

    @Test
    void queriesAndKeysHaveTheirNames() {
        assertEquals(List.of("x", "y"), LABELS.of("query", 2));
        assertEquals(List.of("every query"), LABELS.of("query", 1));
        assertEquals(List.of("a", "b", "learned 1"), LABELS.of("key", 3));
    }

    @Test
    void partsHaveOneOrMoreFeaturesEach() {
        assertEquals(List.of("r", "z", "n"), LABELS.of("r, z, n", 3));
        assertEquals(List.of("c 1", "c 2", "y 1", "y 2"), LABELS.of("c, y", 4));
    }

    @Test
    void numbersAndAgesAreCountedFrom0AndDistancesDownToIt() {
        assertEquals(List.of("number 0", "number 1"), LABELS.of("number", 2));
        assertEquals(List.of("age 0", "age 1"), LABELS.of("age", 2));
        assertEquals(List.of("distance 1", "distance 0"), LABELS.of("distance", 2));
    }

    @Test
    void othersAreNumberedFrom1() {
        assertEquals(List.of("1", "2"), LABELS.of("feature", 2));
        assertEquals(List.of("frame 1", "frame 2"), LABELS.of("frame", 2));
        assertEquals(List.of("state"), LABELS.of("state", 1));
    }
}
