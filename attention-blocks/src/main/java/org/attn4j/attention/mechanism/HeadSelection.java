package org.attn4j.attention.mechanism;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Which of N heads there are, where some are pruned.
 *
 * @param kept the numbers of the heads that are there, ascending
 * @param keptGroups the numbers of the heads of keys and values that are there, ascending
 * @param pruned the numbers of those that are not
 */
record HeadSelection(int[] kept, int[] keptGroups, Set<Integer> pruned) {

    /** N heads of queries and G of keys and values without some. */
    static HeadSelection without(int heads, int keyValueHeads, Set<Integer> pruned) {
        Require.that(
                heads >= 1 && keyValueHeads >= 1 && heads % keyValueHeads == 0,
                "heads must be divisible by keyValueHeads, got heads=%s, keyValueHeads=%s",
                heads,
                keyValueHeads);
        Require.that(
                pruned.stream().allMatch(head -> head >= 0 && head < heads)
                        && pruned.size() < heads,
                "prunedHeads must be some of the heads from 0 to %s and not all, got %s",
                heads - 1,
                new TreeSet<>(pruned));
        int groupSize = heads / keyValueHeads;
        int[] kept = IntStream.range(0, heads).filter(head -> !pruned.contains(head)).toArray();
        int[] groups = Arrays.stream(kept).map(head -> head / groupSize).distinct().toArray();
        Require.that(
                groups.length * groupSize == kept.length,
                "prunedHeads must be whole groups of the %s heads that share a key head, got %s",
                groupSize,
                new TreeSet<>(pruned));
        return new HeadSelection(kept, groups, pruned);
    }

    boolean isWhole() {
        return pruned.isEmpty();
    }

    /** Which features of the heads of a selection that has them all are those of these heads. */
    int[] featuresIn(HeadSelection whole, int headSize) {
        return features(kept, whole.kept, headSize);
    }

    /** The same of the heads of keys and values. */
    int[] groupFeaturesIn(HeadSelection whole, int headSize) {
        return features(keptGroups, whole.keptGroups, headSize);
    }

    private static int[] features(int[] some, int[] all, int headSize) {
        int[] places = Arrays.stream(some).map(head -> Arrays.binarySearch(all, head)).toArray();
        Require.that(
                Arrays.stream(places).allMatch(place -> place >= 0),
                "heads %s must be among those of the other block, %s",
                Arrays.toString(some),
                Arrays.toString(all));
        return Arrays.stream(places)
                .flatMap(place -> IntStream.range(place * headSize, (place + 1) * headSize))
                .toArray();
    }
}
