package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.Precision;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationHooks;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.Search;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.generate.shortlist.Shortlist;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A decoder that computes the logits of some tokens, held against one that computes all. */
@Tag("engine")
class ShortlistTransformerTest {

    private static final int TOKENS = 60;
    private static final int NAMED = 3; // start, end and padding

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        manager.getEngine().setRandomSeed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The first shares rows among hypotheses, the second does not. */
    @ParameterizedTest
    @EnumSource(names = {"SINUSOIDAL", "ALIBI"})
    void theLogitsOfSomeTokensAreThoseAmongAll(PositionKind positions) {
        TransformerModel model = model(positions);
        List<int[]> sources = List.of(new int[] {3, 4, 2}, new int[] {7, 2});
        int[] some = {1, 5, 17, 59};
        for (boolean packed : new boolean[] {false, true}) {
            if (packed) {
                Packable.packAll(model, manager, Precision.FP32);
            }
            try (StepDecoder all = model.start(manager, sources, 0);
                    StepDecoder chosen = model.start(manager, sources, 0)) {
                float[] whole = step(all, 1, 1);
                assertTrue(chosen.choose(some));
                float[] few = step(chosen, 1, 1);
                assertEquals(2 * some.length, few.length);
                for (int i = 0; i < few.length; i++) {
                    assertEquals(
                            whole[i / some.length * TOKENS + some[i % some.length]], few[i], 1e-5f);
                }
                assertTrue(chosen.choose(new int[] {5}));
                float[] next = step(all, 4, 6);
                float[] one = step(chosen, 4, 6);
                assertArrayEquals(new float[] {next[5], next[TOKENS + 5]}, one, 1e-5f);
                assertFalse(chosen.choose(null));
                assertArrayEquals(step(all, 7, 8), step(chosen, 7, 8), 1e-5f);
            }
        }
    }

    private float[] step(StepDecoder decoder, long... ids) {
        try (NDManager step = manager.newSubManager()) {
            NDArray last = HostArrays.of(step, ids, new Shape(ids.length));
            return decoder.step(last).toFloatArray();
        }
    }

    /** Each has tokens of its own, and some join when others are done. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aSourceGivesTheSameAloneAndAmongOthers(int beams) {
        TransformerModel model = model(PositionKind.SINUSOIDAL);
        Shortlist shortlist = shortlist();
        Search search = search(model, beams, shortlist);
        List<int[]> sources = sources(90);
        List<List<Hypothesis>> together = search.search(model, manager, sources);
        for (int i = 0; i < sources.size(); i += 10) {
            int[] source = sources.get(i);
            List<Hypothesis> alone = search.search(model, manager, List.of(source)).get(0);
            int[] candidates = shortlist.candidates(source, new int[] {0, 1, 2}, TOKENS);
            for (int rank = 0; rank < beams; rank++) {
                Hypothesis found = together.get(i).get(rank);
                assertArrayEquals(alone.get(rank).ids(), found.ids());
                assertEquals(alone.get(rank).score(), found.score(), 1e-5);
                for (int id : found.ids()) {
                    assertTrue(Arrays.binarySearch(candidates, id) >= 0, "of its own, got " + id);
                }
            }
        }
    }

    @Test
    void aShortlistOfTheWholeVocabularyFindsExactlyTheSame() {
        TransformerModel model = model(PositionKind.SINUSOIDAL);
        Shortlist all = new Shortlist(IntStream.range(0, TOKENS).toArray(), List.of());
        List<int[]> sources = sources(90);
        List<List<Hypothesis>> with = search(model, 4, all).search(model, manager, sources);
        List<List<Hypothesis>> without = search(model, 4, null).search(model, manager, sources);
        for (int i = 0; i < sources.size(); i++) {
            assertArrayEquals(without.get(i).get(0).ids(), with.get(i).get(0).ids());
            assertEquals(without.get(i).get(0).score(), with.get(i).get(0).score());
        }
    }

    private static Search search(TransformerModel model, int beams, Shortlist shortlist) {
        GenerationConfig config =
                model.generationDefaults().withBeams(beams, beams).withRelativeLength(2, 4);
        return Search.of(config, GenerationHooks.NONE.withShortlist(shortlist));
    }

    private static Shortlist shortlist() {
        Random random = new Random(4);
        List<int[]> translations = new ArrayList<>();
        for (int token = 0; token < TOKENS; token++) {
            translations.add(random.ints(2, NAMED, TOKENS).toArray());
        }
        return new Shortlist(new int[] {3, 4}, translations);
    }

    private TransformerModel model(PositionKind positions) {
        TransformerModel model =
                new TransformerModel(
                        TransformerConfig.builder()
                                .optModelSize(16)
                                .optLayers(2)
                                .optHeads(2)
                                .optFeedForwardSize(24)
                                .optMaxLength(64)
                                .optPositions(positions)
                                .setVocabularySize(TOKENS)
                                .build());
        model.initialize(manager);
        return model;
    }

    private static List<int[]> sources(int count) {
        Random random = new Random(9);
        List<int[]> sources = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sources.add(random.ints(1 + random.nextInt(9), 3, TOKENS).toArray());
        }
        return sources;
    }
}
