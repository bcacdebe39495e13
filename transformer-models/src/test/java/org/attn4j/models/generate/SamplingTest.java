package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SamplingTest {

    private static final double[] PROBABILITIES = {0.4, 0.25, 0.2, 0.1, 0.05};
    private static final int DRAWS = 20000;

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = TestEngine.manager();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @Test
    void tokensComeAsOftenAsTheyAreProbable() {
        assertFrequencies(PROBABILITIES, drawn(Sampling.DEFAULTS));
    }

    @Test
    void whatIsCutOffNeverComes() {
        double left = 0.4 + 0.25 + 0.2;
        double[] expected = {0.4 / left, 0.25 / left, 0.2 / left, 0, 0};
        assertFrequencies(expected, drawn(Sampling.DEFAULTS.withTopK(3)));
        assertFrequencies(expected, drawn(Sampling.DEFAULTS.withTopP(0.8)));
        assertFrequencies(expected, drawn(Sampling.DEFAULTS.withMinP(0.3)));
        assertFrequencies(expected, drawn(Sampling.DEFAULTS.withEpsilonCutoff(0.15)));
    }

    /** Dividing logarithms by 0.5 squares the probabilities. */
    @Test
    void temperatureSharpens() {
        double sum = 0.16 + 0.0625 + 0.04 + 0.01 + 0.0025;
        double[] expected = {0.16 / sum, 0.0625 / sum, 0.04 / sum, 0.01 / sum, 0.0025 / sum};
        assertFrequencies(expected, drawn(Sampling.DEFAULTS.withTemperature(0.5)));
    }

    @Test
    void laterTokensAreDrawnGivenTheEarlierOnes() {
        HistoryModel model =
                new HistoryModel(
                        5,
                        (source, history) ->
                                history.get(history.size() - 1) == 0
                                        ? new float[] {-99, 0, -99, -99, -99}
                                        : logs(PROBABILITIES));
        GenerationConfig config = config(1).withNBest(DRAWS).withMaxLength(2);
        List<Hypothesis> found =
                new SamplingSearch(config, GenerationHooks.NONE)
                        .search(model, manager, List.of(new int[] {3}))
                        .get(0);
        double[] second = new double[5];
        for (Hypothesis hypothesis : found) {
            if (hypothesis.ids()[0] == 0) {
                assertEquals(1, hypothesis.ids()[1]);
            } else {
                second[hypothesis.ids()[1]]++;
            }
        }
        assertFrequencies(PROBABILITIES, second);
    }

    /**
     * Two beams of one step: four of the five tokens are drawn, one after the other without putting
     * them back, and the best of them is found.
     */
    @Test
    void beamsDrawWithoutReplacement() {
        double[] expected = new double[5];
        List<Integer> all = List.of(0, 1, 2, 3, 4);
        countBest(new ArrayList<>(), all, 1, expected);
        GenerationConfig config = config(2);
        List<int[]> sources =
                IntStream.range(0, DRAWS).mapToObj(i -> new int[] {3, i}).toList(); // all differ
        double[] counts = new double[5];
        for (List<Hypothesis> found :
                new BeamSearch(config, GenerationHooks.NONE).search(model(), manager, sources)) {
            counts[found.get(0).ids()[0]]++;
        }
        assertTrue(counts[1] > 0);
        assertFrequencies(expected, counts);
    }

    private static void countBest(
            List<Integer> drawn, List<Integer> left, double probability, double[] best) {
        if (drawn.size() == 4) {
            best[Collections.min(drawn)] += probability;
            return;
        }
        double sum = left.stream().mapToDouble(token -> PROBABILITIES[token]).sum();
        for (Integer token : left) {
            List<Integer> more = new ArrayList<>(drawn);
            more.add(token);
            List<Integer> rest = new ArrayList<>(left);
            rest.remove(token);
            countBest(more, rest, probability * PROBABILITIES[token] / sum, best);
        }
    }

    @Test
    void whatIsDrawnFollowsFromSeedAndSourceAlone() {
        HistoryModel model = HistoryModel.random(30, 1);
        GenerationConfig config =
                config(1)
                        .withNBest(2)
                        .withMaxLength(10)
                        .withTokens(config(1).padId(), List.of(2), config(1).decoderStartId());
        List<int[]> sources = List.of(new int[] {3}, new int[] {4}, new int[] {3});
        Search search = new SamplingSearch(config, GenerationHooks.NONE);
        List<List<Hypothesis>> first = search.search(model, manager, sources);
        assertEquals(first, search.search(model, manager, sources));
        assertNotEquals(first.get(0).get(0).ids(), first.get(1).get(0).ids());
        assertEquals(first.get(0), first.get(2));
        assertNotEquals(first.get(0).get(0), first.get(0).get(1));
        for (int i = 0; i < sources.size(); i++) {
            assertEquals(
                    first.get(i), search.search(model, manager, sources.subList(i, i + 1)).get(0));
        }
    }

    private static double[] drawn(Sampling sampling) {
        GenerationConfig config = config(1).withSampling(sampling.withSeed(11L)).withNBest(DRAWS);
        double[] counts = new double[5];
        new SamplingSearch(config, GenerationHooks.NONE)
                .search(model(), manager, List.of(new int[] {3}))
                .get(0)
                .forEach(found -> counts[found.ids()[0]]++);
        return counts;
    }

    private static HistoryModel model() {
        return new HistoryModel(5, (source, history) -> logs(PROBABILITIES));
    }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = 3 + (float) Math.log(probabilities[i]);
        }
        return logs;
    }

    private static GenerationConfig config(int beams) {
        return GenerationConfig.DEFAULTS
                .withBeams(beams)
                .withMaxLength(1)
                .withRelativeLength(0, 32)
                .withSampling(Sampling.DEFAULTS.withSeed(7L))
                .withTokens(0, List.of(), 1);
    }

    /** Within five standard deviations of a binomial count. */
    private static void assertFrequencies(double[] expected, double[] counts) {
        double total = 0;
        for (double count : counts) {
            total += count;
        }
        for (int i = 0; i < expected.length; i++) {
            double deviation = Math.sqrt(total * expected[i] * (1 - expected[i]));
            assertEquals(total * expected[i], counts[i], 5 * deviation, "token " + i);
        }
    }
}
