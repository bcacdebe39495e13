package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.models.generate.BranchingStepDecoder;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.Search;
import org.attn4j.models.generate.SequenceScorer;
import org.attn4j.models.generate.StackStepDecoder;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hypotheses that share a row of the decoder, held against whole targets read at once. */
@Tag("engine")
class BranchingTransformerTest {

    private static final int TOKENS = 12;

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

    /**
     * Sources are of different lengths, and so are their targets: some join when others are done.
     * Step by step, sums are taken in another order than at once: bounds as of float32 and numbers
     * of this size.
     */
    @ParameterizedTest
    @CsvSource({"SINUSOIDAL,4", "LEARNED,4", "ROTARY,4", "NONE,4", "SINUSOIDAL,1"})
    void eachHypothesisHasTheProbabilityOfItsTargetReadAtOnce(PositionKind positions, int beams) {
        TransformerModel model = model(config().optPositions(positions));
        GenerationConfig config =
                model.generationDefaults().withBeams(beams, beams).withRelativeLength(2, 4);
        List<int[]> sources = sources(100);
        List<List<Hypothesis>> found = Search.of(config).search(model, manager, sources);
        SequenceScorer scorer = new SequenceScorer(config);
        for (int rank = 0; rank < beams; rank++) {
            List<int[]> targets = new ArrayList<>();
            for (List<Hypothesis> one : found) {
                targets.add(one.get(rank).ids());
            }
            List<Hypothesis> atOnce = scorer.score(model, manager, sources, targets);
            for (int i = 0; i < sources.size(); i++) {
                Hypothesis hypothesis = found.get(i).get(rank);
                float[] steps = hypothesis.tokenLogProbabilities();
                float[] expected = atOnce.get(i).tokenLogProbabilities();
                assertArrayEquals(Arrays.copyOf(expected, steps.length), steps, 1e-4f);
            }
        }
    }

    @Test
    void whereAttentionLooksAtPlacesHypothesesHaveRowsOfTheirOwn() {
        assertInstanceOf(BranchingStepDecoder.class, decoder(config()));
        assertInstanceOf(
                StackStepDecoder.class, decoder(config().optPositions(PositionKind.ALIBI)));
        assertInstanceOf(
                StackStepDecoder.class,
                decoder(
                        config().optAttention(
                                        TransformerAttention.multiHead()
                                                .with(
                                                        AttentionSlot.DECODER_SELF,
                                                        AttentionSpec.named("linear")))));
    }

    private StepDecoder decoder(TransformerConfig.Builder config) {
        TransformerModel model = model(config);
        return model.start(manager, List.of(new int[] {3, 4, 2}), model.config().padId());
    }

    private TransformerModel model(TransformerConfig.Builder config) {
        TransformerModel model = new TransformerModel(config.build());
        model.initialize(manager);
        return model;
    }

    private static TransformerConfig.Builder config() {
        return TransformerConfig.builder()
                .optModelSize(16)
                .optLayers(2)
                .optHeads(2)
                .optFeedForwardSize(24)
                .optMaxLength(64)
                .setVocabularySize(TOKENS);
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
