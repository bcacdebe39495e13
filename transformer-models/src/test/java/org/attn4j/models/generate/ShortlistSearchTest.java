package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.models.generate.shortlist.Shortlist;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class ShortlistSearchTest {

    private static final int VOCABULARY = 12;
    private static final int END = 2;
    private static final int[] SOME = {3, 5, 6, 11};

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = TestEngine.manager();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static GenerationConfig config(int beams) {
        return GenerationConfig.DEFAULTS
                .withBeams(beams, beams)
                .withTokens(0, List.of(END), 1)
                .withRelativeLength(0, 32)
                .withMaxLength(7);
    }

    private static Shortlist always(int... tokens) {
        return new Shortlist(tokens, List.of());
    }

    private static List<List<Hypothesis>> found(
            SequenceToSequenceModel model, GenerationConfig config, Shortlist shortlist) {
        List<int[]> sources =
                IntStream.range(0, 70)
                        .mapToObj(
                                i -> IntStream.rangeClosed(0, i % 5).map(j -> 3 + i + j).toArray())
                        .toList();
        return Search.of(config, GenerationHooks.NONE.withShortlist(shortlist))
                .search(model, manager, sources);
    }

    private static void assertSame(
            List<List<Hypothesis>> expected, List<List<Hypothesis>> actual, double error) {
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).size(), actual.get(i).size());
            for (int rank = 0; rank < expected.get(i).size(); rank++) {
                Hypothesis one = expected.get(i).get(rank);
                Hypothesis other = actual.get(i).get(rank);
                assertArrayEquals(one.ids(), other.ids());
                assertEquals(one.score(), other.score(), error);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aShortlistOfTheWholeVocabularyFindsExactlyTheSame(int beams) {
        Shortlist all = always(IntStream.range(0, VOCABULARY).toArray());
        List<GenerationConfig> configs = new ArrayList<>();
        configs.add(config(beams));
        configs.add(config(beams).withSuppressed(List.of(4)).withForced(5, List.of(6)));
        configs.add(config(beams).withSampling(Sampling.DEFAULTS.withSeed(3L)));
        for (GenerationConfig config : configs) {
            HistoryModel model = HistoryModel.random(VOCABULARY, 1.5);
            model.joins = true;
            assertSame(found(model, config, null), found(model, config, all), 0);
        }
    }

    /** As if the model gave the other tokens no probability. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void otherTokensAreImpossibleAndProbabilitiesAreOfThoseThatAreLeft(int beams) {
        HistoryModel whole = HistoryModel.random(VOCABULARY, 1.5);
        HistoryModel.Logits logits =
                (source, history) -> {
                    float[] row = new float[VOCABULARY];
                    double[] all = whole.logProbabilities(source, history);
                    for (int i = 0; i < row.length; i++) {
                        boolean possible = i == 1 || i == END || Arrays.binarySearch(SOME, i) >= 0;
                        row[i] = possible ? (float) all[i] : Float.NEGATIVE_INFINITY;
                    }
                    return row;
                };
        List<GenerationConfig> configs = new ArrayList<>();
        configs.add(config(beams));
        configs.add(
                config(beams)
                        .withSuppressed(List.of(5))
                        .withRules(TokenRules.NONE.withNoRepeatNgramSize(1).withRenormalise(true)));
        configs.add(config(beams).withSampling(Sampling.DEFAULTS.withSeed(3L)));
        for (GenerationConfig config : configs) {
            HistoryModel model = HistoryModel.random(VOCABULARY, 1.5);
            model.joins = true;
            List<List<Hypothesis>> expected =
                    found(new HistoryModel(VOCABULARY, logits), config, null);
            assertSame(expected, found(model, config, always(SOME)), 1e-5);
        }
    }

    @Test
    void whatTheSettingsAndTheInputNameCanCome() {
        GenerationConfig config =
                config(1)
                        .withForced(4, List.of(7))
                        .withRules(TokenRules.NONE.withSequenceBias(Map.of(List.of(8, 9), 2.0)));
        SearchInput input =
                SearchInput.of(new int[] {3}).withPrompt(new int[] {10}).withPrefix(new int[] {11});
        SourceCandidates candidates =
                new SourceCandidates(always(), config, List.of(input), VOCABULARY);
        assertArrayEquals(new int[] {1, END, 4, 7, 8, 9, 10, 11}, candidates.union(List.of(0)));
    }

    @Test
    void forcedTokensComeThatNoShortlistHas() {
        GenerationConfig config = config(3).withForced(4, List.of(7));
        SearchInput input = SearchInput.of(new int[] {3}).withPrefix(new int[] {10, 9});
        Shortlist shortlist = always(SOME);
        for (int beams : new int[] {1, 3}) {
            Hypothesis found =
                    Search.of(
                                    config.withBeams(beams, 1).withLengths(6, 7),
                                    GenerationHooks.NONE.withShortlist(shortlist))
                            .find(HistoryModel.random(VOCABULARY, 1.5), manager, List.of(input))
                            .get(0)
                            .get(0);
            assertEquals(10, found.ids()[0]);
            assertEquals(9, found.ids()[1]);
            assertTrue(Double.isFinite(found.score()));
        }
    }

    @Test
    void allowedTokensMayBeAny() {
        HistoryModel model = HistoryModel.random(VOCABULARY, 1.5);
        GenerationHooks hooks =
                new GenerationHooks(
                        List.of(), (input, ids) -> new int[] {9, END}, null, null, always(SOME));
        int[] ids =
                Search.of(config(2).withLengths(3, 7), hooks)
                        .search(model, manager, List.of(new int[] {3}))
                        .get(0)
                        .get(0)
                        .ids();
        assertEquals(9, ids[0]);
    }

    @Test
    void aListenerIsToldTheScoresOfEveryToken() {
        List<float[]> told = new ArrayList<>();
        TokenListener listener =
                new TokenListener() {
                    @Override
                    public void onToken(int input, int sequence, int token, float own) {
                        assertNotEquals(Float.NEGATIVE_INFINITY, own);
                    }

                    @Override
                    public void onScores(int input, int sequence, float[] scores) {
                        told.add(scores);
                    }
                };
        GenerationHooks hooks = new GenerationHooks(List.of(), null, null, listener, always(SOME));
        Search.of(config(1), hooks)
                .search(HistoryModel.random(VOCABULARY, 1.5), manager, List.of(new int[] {3}));
        assertEquals(VOCABULARY, told.get(0).length);
        assertEquals(Float.NEGATIVE_INFINITY, told.get(0)[4]);
        assertTrue(told.get(0)[5] > Float.NEGATIVE_INFINITY);
    }

    @Test
    void whatContinuesAPromptHasNoShortlist() {
        GenerationHooks hooks = GenerationHooks.NONE.withShortlist(always(SOME));
        assertThrows(IllegalArgumentException.class, () -> new PromptSearch(config(1), hooks));
    }
}
