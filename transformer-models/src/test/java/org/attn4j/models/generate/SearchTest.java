package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("engine")
class SearchTest {

    private static final int PAD = 0;
    private static final int START = 1;
    private static final int END = 2;

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = TestEngine.manager();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @ParameterizedTest
    @CsvSource({"POWER,0", "POWER,1", "POWER,0.6", "GNMT,1", "GNMT,0.6"})
    void aBeamAsWideAsTheSpaceFindsWhatExhaustiveSearchFinds(LengthPenalty penalty, double alpha) {
        GenerationConfig config =
                base().withBeams(300, 20)
                        .withLengthPenalty(penalty, alpha)
                        .withEarlyStopping(EarlyStopping.NEVER)
                        .withMaxLength(4);
        HistoryModel model = HistoryModel.random(5, 1.5);
        List<int[]> sources = List.of(new int[] {3, 4}, new int[] {4}, new int[] {3, 3, 3});
        List<List<Hypothesis>> found = new BeamSearch(config).search(model, manager, sources);
        for (int i = 0; i < sources.size(); i++) {
            List<Found> expected = exhaustive(model, config, sources.get(i), new int[0]);
            assertEquals(20, found.get(i).size());
            for (int rank = 0; rank < 20; rank++) {
                assertSame(expected.get(rank), found.get(i).get(rank));
            }
        }
    }

    @Test
    void aPrefixRestrictsTheSearch() {
        GenerationConfig config =
                base().withBeams(100, 5).withEarlyStopping(EarlyStopping.NEVER).withMaxLength(4);
        HistoryModel model = HistoryModel.random(5, 1.5);
        List<int[]> sources = List.of(new int[] {3, 4}, new int[] {4, 4}, new int[] {4});
        List<int[]> prefixes = List.of(new int[] {4, 0}, new int[] {3}, new int[0]);
        List<List<Hypothesis>> found =
                new BeamSearch(config).search(model, manager, sources, prefixes);
        for (int i = 0; i < sources.size(); i++) {
            List<Found> expected = exhaustive(model, config, sources.get(i), prefixes.get(i));
            for (int rank = 0; rank < 5; rank++) {
                assertSame(expected.get(rank), found.get(i).get(rank));
            }
        }
        Hypothesis greedy =
                new GreedySearch(config).search(model, manager, sources, prefixes).get(0).get(0);
        assertEquals(4, greedy.ids()[0]);
        assertEquals(0, greedy.ids()[1]);
    }

    @Test
    void oneBeamIsGreedySearch() {
        GenerationConfig config = base().withBeams(1).withMaxLength(12);
        HistoryModel model = HistoryModel.random(20, 2);
        List<int[]> sources = sources(40);
        List<List<Hypothesis>> beam = new BeamSearch(config).search(model, manager, sources);
        List<List<Hypothesis>> greedy = new GreedySearch(config).search(model, manager, sources);
        assertEquals(greedy, beam);
        assertTrue(greedy.stream().anyMatch(one -> one.get(0).finished()));
        assertTrue(greedy.stream().anyMatch(one -> !one.get(0).finished()));
    }

    @Test
    void whatIsFoundDoesNotDependOnTheBatch() {
        GenerationConfig config = base().withBeams(4, 4).withMaxLength(10);
        HistoryModel model = HistoryModel.random(11, 1);
        List<int[]> sources = sources(16);
        List<List<Hypothesis>> together = new BeamSearch(config).search(model, manager, sources);
        for (int i = 0; i < sources.size(); i++) {
            assertEquals(
                    new BeamSearch(config).search(model, manager, List.of(sources.get(i))),
                    List.of(together.get(i)));
        }
    }

    @Test
    void moreSourcesThanGoTogetherGiveWhatEachGivesAlone() {
        HistoryModel model = HistoryModel.random(11, 1);
        List<int[]> sources = sources(150);
        Sampling sampling = Sampling.DEFAULTS.withSeed(3L);
        List<GenerationConfig> configs =
                List.of(
                        base().withBeams(4, 4).withMaxLength(10),
                        base().withBeams(1).withMaxLength(10),
                        base().withBeams(1).withSampling(sampling).withNBest(2).withMaxLength(10),
                        base().withBeams(3).withSampling(sampling).withMaxLength(10));
        for (GenerationConfig config : configs) {
            Search search = Search.of(config);
            for (boolean joins : new boolean[] {false, true}) {
                model.joins = joins;
                List<List<Hypothesis>> together = search.search(model, manager, sources);
                for (int i = 0; i < sources.size(); i++) {
                    assertEquals(
                            search.search(model, manager, List.of(sources.get(i))),
                            List.of(together.get(i)));
                }
            }
        }
    }

    @Test
    void sourcesThatWaitTakeThePlacesOfThoseThatAreDone() {
        HistoryModel model = endingWithSource();
        List<int[]> sources = new ArrayList<>();
        for (int length : new int[] {1, 9, 2, 8, 3, 7, 4, 6, 5, 9, 1, 5, 9}) {
            for (int i = 0; i < 10; i++) {
                int[] source = new int[length];
                Arrays.fill(source, 3);
                sources.add(source);
            }
        }
        Search greedy = new GreedySearch(base().withBeams(1));
        List<List<Hypothesis>> apart = greedy.search(model, manager, sources);
        int rowsApart = model.rowsOfSteps.stream().mapToInt(rows -> rows).sum();
        model.rowsOfSteps.clear();
        model.joins = true;
        assertEquals(apart, greedy.search(model, manager, sources));
        assertEquals(rowsApart, model.rowsOfSteps.stream().mapToInt(rows -> rows).sum());
        assertTrue(model.rowsOfSteps.stream().allMatch(rows -> rows <= 64));
        assertTrue(model.timesJoined > 1);
        for (int i = 0; i < sources.size(); i++) {
            assertArrayEquals(sources.get(i), apart.get(i).get(0).ids());
        }
    }

    /** A source of n tokens ends after n tokens, whatever the beams hold. */
    private static HistoryModel endingWithSource() {
        return new HistoryModel(
                6,
                (source, history) -> {
                    long length = source.stream().filter(id -> id != PAD).count();
                    boolean end = history.size() > length;
                    return new float[] {-50, -50, end ? 50 : -50, 2, 1, 0};
                });
    }

    @Test
    void finishedRowsLeaveTheBatch() {
        HistoryModel model = endingWithSource();
        List<int[]> sources = List.of(new int[] {3}, new int[] {3, 3, 3}, new int[] {3, 3});
        GenerationConfig greedy = base().withBeams(1);
        new GreedySearch(greedy).search(model, manager, sources);
        assertEquals(List.of(3, 3, 2, 1), model.rowsOfSteps);
        model.rowsOfSteps.clear();
        GenerationConfig beams = base().withBeams(2).withEarlyStopping(EarlyStopping.ALWAYS);
        List<List<Hypothesis>> found = new BeamSearch(beams).search(model, manager, sources);
        assertEquals(List.of(3, 6, 4, 2), model.rowsOfSteps);
        assertArrayEquals(new int[] {3, 3, 3}, found.get(1).get(0).ids());
    }

    @Test
    void anEndThatWouldComeTooLateComesOnlyIfForced() {
        HistoryModel model = new HistoryModel(5, (source, history) -> new float[] {0, 1, 9, 2, 0});
        SearchInput input = SearchInput.of(new int[] {1}).withLengths(new Lengths(9, 4));
        for (int beams : new int[] {1, 2}) {
            GenerationConfig config = base().withBeams(beams);
            Hypothesis free = found(config, model, input);
            assertArrayEquals(new int[] {3, 3, 3, 3}, free.ids());
            assertEquals(FinishReason.LENGTH, free.reason());
            Hypothesis forced =
                    found(config.withForced(config.forcedBosId(), List.of(2)), model, input);
            assertArrayEquals(new int[] {3, 3, 3}, forced.ids());
            assertEquals(2, forced.endId());
        }
    }

    private static Hypothesis found(
            GenerationConfig config, HistoryModel model, SearchInput input) {
        return Search.of(config).find(model, manager, List.of(input)).get(0).get(0);
    }

    @Test
    void severalEndsLeaveRoomForHypothesesThatGoOn() {
        HistoryModel model =
                new HistoryModel(7, (source, history) -> new float[] {-9, -9, 5, 4, 3, 1, 0});
        GenerationConfig config =
                base().withBeams(2, 2)
                        .withLengthPenalty(LengthPenalty.POWER, -1)
                        .withEarlyStopping(EarlyStopping.NEVER)
                        .withMaxLength(3)
                        .withTokens(PAD, List.of(2, 3, 4), START);
        List<Hypothesis> found =
                new BeamSearch(config).search(model, manager, List.of(new int[] {3})).get(0);
        // Two ends of the first step finish; two other tokens go on although three ends rank
        // higher.
        assertEquals(2, model.rowsOfSteps.get(1));
        assertEquals(2, found.get(0).endId());
        assertEquals(FinishReason.END_TOKEN, found.get(1).reason());
    }

    @Test
    void whatTheDecoderIsGivenCountsForNoLengthAndNoScore() {
        HistoryModel model = HistoryModel.random(9, 1.5);
        GenerationConfig config =
                base().withBeams(3).withLengthPenalty(LengthPenalty.POWER, 0.5).withMaxLength(4);
        SearchInput given = SearchInput.of(new int[] {3, 4}).withPrompt(new int[] {5, 2, 6});
        for (Search search : List.of(new BeamSearch(config), new GreedySearch(config))) {
            Hypothesis found = search.find(model, manager, List.of(given)).get(0).get(0);
            assertArrayEquals(new int[] {5, 2, 6}, Arrays.copyOf(found.ids(), 3));
            float[] logs = found.tokenLogProbabilities();
            assertArrayEquals(new float[3], Arrays.copyOf(logs, 3));
            assertTrue(logs.length > 3 && logs.length <= 7);
            assertEquals(
                    found.logProbability() / Math.pow(logs.length - 3, 0.5), found.score(), 1e-9);
        }
    }

    @Test
    void equalCandidatesAreTakenByTheirOrder() {
        HistoryModel flat = new HistoryModel(6, (source, history) -> new float[6]);
        GenerationConfig config =
                base().withBeams(3, 3).withMaxLength(2).withSuppressed(List.of(2));
        List<Hypothesis> found =
                new BeamSearch(config).search(flat, manager, List.of(new int[] {3})).get(0);
        assertArrayEquals(new int[] {0, 0}, found.get(0).ids());
        assertArrayEquals(new int[] {0, 1}, found.get(1).ids());
        assertArrayEquals(new int[] {0, 3}, found.get(2).ids());
        assertArrayEquals(
                new int[] {0, 0},
                new GreedySearch(config)
                        .search(flat, manager, List.of(new int[] {3}))
                        .get(0)
                        .get(0)
                        .ids());
    }

    @Test
    void lengthsAndForcedTokensAreObeyed() {
        HistoryModel model = HistoryModel.random(8, 3);
        List<int[]> sources = sources(20);
        GenerationConfig config =
                base().withBeams(3)
                        .withLengths(3, 9)
                        .withRelativeLength(1, 4)
                        .withSuppressed(List.of(PAD, START))
                        .withForced(5, List.of(END));
        for (Search search : List.of(new BeamSearch(config), new GreedySearch(config))) {
            List<List<Hypothesis>> found = search.search(model, manager, sources);
            for (int i = 0; i < sources.size(); i++) {
                Hypothesis best = found.get(i).get(0);
                int limit = Math.min(9, sources.get(i).length + 4);
                assertTrue(best.finished());
                assertTrue(best.ids().length >= 3 && best.ids().length < limit);
                assertEquals(5, best.ids()[0]);
                assertEquals(0, best.tokenLogProbabilities()[0]);
                assertTrue(Arrays.stream(best.ids()).allMatch(id -> id > END));
            }
        }
    }

    @Test
    void hypothesesScoreAsTheScorerScoresThem() {
        HistoryModel model = HistoryModel.random(9, 1.5);
        List<int[]> sources = sources(12);
        GenerationConfig config =
                base().withBeams(3).withLengthPenalty(LengthPenalty.POWER, 0.7).withMaxLength(30);
        List<Hypothesis> found =
                new BeamSearch(config)
                        .search(model, manager, sources).stream().map(list -> list.get(0)).toList();
        List<int[]> targets = found.stream().map(Hypothesis::ids).toList();
        List<Hypothesis> scored =
                new SequenceScorer(config).score(model, manager, sources, targets);
        for (int i = 0; i < found.size(); i++) {
            assertTrue(found.get(i).finished());
            assertEquals(scored.get(i).score(), found.get(i).score(), 1e-5);
            assertArrayEquals(
                    scored.get(i).tokenLogProbabilities(),
                    found.get(i).tokenLogProbabilities(),
                    1e-5f);
        }
    }

    /**
     * Two beams, probabilities by hand. Step 1: 3 (0.5), 4 (0.3), end (0.2). End ranks third and is
     * dropped; 3 and 4 live. Step 2, after 3: end 0.4, 3 0.6; after 4: end 0.9. TopCandidates: "3
     * 3" 0.30, "4 end" 0.27, "3 end" 0.20: the second finishes, the third ranks too low. With
     * ALWAYS and HEURISTIC the search goes on, since one is finished only. Step 3, after "3 3": end
     * 1.
     */
    @Test
    void stopsAndRanksAsWorkedOutByHand() {
        HistoryModel model =
                new HistoryModel(
                        5,
                        (source, history) ->
                                switch (history.toString()) {
                                    case "[1]" -> logs(0, 0, 0.2, 0.5, 0.3);
                                    case "[1, 3]" -> logs(0, 0, 0.4, 0.6, 0);
                                    case "[1, 4]" -> logs(0, 0, 0.9, 0.1, 0);
                                    case "[1, 3, 3]" -> logs(0, 0, 1, 0, 0);
                                    default -> logs(0, 0, 0.5, 0.5, 0);
                                });
        GenerationConfig config = base().withBeams(2, 2).withLengthPenalty(LengthPenalty.POWER, 0);
        List<Hypothesis> found =
                new BeamSearch(config).search(model, manager, List.of(new int[] {3})).get(0);
        assertArrayEquals(new int[] {3, 3}, found.get(0).ids());
        assertEquals(Math.log(0.30), found.get(0).score(), 1e-5);
        assertArrayEquals(new int[] {4}, found.get(1).ids());
        assertEquals(Math.log(0.27), found.get(1).score(), 1e-5);
    }

    @Test
    void aModelWithoutAFiniteProbabilityIsRefused() {
        HistoryModel model =
                new HistoryModel(4, (source, history) -> new float[] {0, 0, Float.NaN, 0});
        for (int beams : new int[] {1, 3}) {
            Search search = Search.of(base().withBeams(beams));
            List<int[]> sources = List.of(new int[] {3});
            IllegalStateException e =
                    assertThrows(
                            IllegalStateException.class,
                            () -> search.search(model, manager, sources));
            assertTrue(e.getMessage().contains("NaN"));
        }
    }

    @Test
    void emptyBatchesAndSourcesWork() {
        HistoryModel model = HistoryModel.random(6, 1);
        Search search = Search.of(base().withMaxLength(5));
        assertTrue(search.search(model, manager, List.of()).isEmpty());
        assertFalse(search.search(model, manager, List.of(new int[0])).get(0).isEmpty());
    }

    @Test
    void aPrefixAsLongAsTheLimitIsRefused() {
        Search search = Search.of(base().withMaxLength(2));
        HistoryModel model = HistoryModel.random(6, 1);
        List<int[]> sources = List.of(new int[] {3});
        List<int[]> prefixes = List.of(new int[] {3, 3});
        assertThrows(
                IllegalArgumentException.class,
                () -> search.search(model, manager, sources, prefixes));
    }

    private static GenerationConfig base() {
        return GenerationConfig.DEFAULTS
                .withRelativeLength(0, 32)
                .withTokens(PAD, List.of(END), START);
    }

    private static List<int[]> sources(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> IntStream.rangeClosed(0, i % 5).map(j -> 3 + (i + j) % 4).toArray())
                .toList();
    }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = probabilities[i] == 0 ? -1e4f : (float) Math.log(probabilities[i]);
        }
        return logs;
    }

    private static void assertSame(Found expected, Hypothesis found) {
        assertEquals(expected.ids, IntStream.of(found.ids()).mapToObj(i -> (long) i).toList());
        assertEquals(expected.finished, found.finished());
        assertEquals(expected.logProbability, found.logProbability(), 1e-5);
        assertEquals(expected.score, found.score(), 1e-5);
    }

    /** A target found by trying all. */
    private record Found(List<Long> ids, boolean finished, double logProbability, double score) {}

    private static List<Found> exhaustive(
            HistoryModel model, GenerationConfig config, int[] source, int[] prefix) {
        List<Long> ids = IntStream.of(source).mapToObj(i -> (long) i).toList();
        List<Found> all = new ArrayList<>();
        extend(model, config, ids, prefix, List.of(), 0, all);
        all.sort(Comparator.comparingDouble(Found::score).reversed());
        return all;
    }

    private static void extend(
            HistoryModel model,
            GenerationConfig config,
            List<Long> source,
            int[] prefix,
            List<Long> target,
            double sum,
            List<Found> all) {
        if (target.size() == config.maxLength()) {
            all.add(new Found(target, false, sum, score(config, sum, target.size())));
            return;
        }
        List<Long> history = new ArrayList<>(List.of((long) START));
        history.addAll(target);
        double[] next = model.logProbabilities(source, history);
        for (int token = 0; token < next.length; token++) {
            if (target.size() < prefix.length && prefix[target.size()] != token) {
                continue;
            }
            double total = sum + next[token];
            if (token == END) {
                all.add(new Found(target, true, total, score(config, total, target.size() + 1)));
            } else {
                List<Long> longer = new ArrayList<>(target);
                longer.add((long) token);
                extend(model, config, source, prefix, longer, total, all);
            }
        }
    }

    private static double score(GenerationConfig config, double sum, int length) {
        return config.lengthPenalty() == LengthPenalty.POWER
                ? sum / Math.pow(length, config.alpha())
                : sum / (Math.pow(5 + length, config.alpha()) / Math.pow(6, config.alpha()));
    }
}
