package org.attn4j.cli.task.retrieval;

import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.training.GradientCache;
import org.attn4j.models.training.TrainingConfig;
import org.attn4j.models.training.embedding.CoSent;
import org.attn4j.models.training.embedding.CosineSimilarity;
import org.attn4j.models.training.embedding.EmbeddingDistillation;
import org.attn4j.models.training.embedding.Matryoshka;
import org.attn4j.models.training.embedding.MultipleNegativesRanking;
import org.attn4j.models.training.embedding.Triplet;

/**
 * A run of the task {@code embedding}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the texts come from
 * @param model which encoder
 * @param tokenizer the folder of the tokenizer, for a model made of {@code model.config} alone
 * @param sentence what follows the encoder, and what is done to texts
 * @param loss what is learnt
 * @param negatives hard negatives that the model finds before it is trained
 * @param batching how rows become batches
 * @param training how long and how to optimise
 */
record EmbeddingConfig(
        String name,
        long seed,
        TextsSection data,
        ModelSection model,
        String tokenizer,
        Sentence sentence,
        Objective loss,
        Negatives negatives,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    /**
     * What makes an encoder a sentence model.
     *
     * @param pooling modes such as mean, cls, max; none for the modules of {@code model.from}, or
     *     else the mean
     * @param dense the size of a linear layer behind the pooling; 0 for none
     * @param normalize whether vectors get the length 1
     * @param maxLength the most tokens of a text; 0 for what {@code model.from} tells
     * @param queryPrompt what is put before first texts; empty for what {@code model.from} tells
     * @param documentPrompt what is put before the others
     */
    record Sentence(
            List<String> pooling,
            int dense,
            boolean normalize,
            int maxLength,
            String queryPrompt,
            String documentPrompt) {

        static final Sentence DEFAULT = new Sentence(List.of(), 0, false, 0, "", "");

        Sentence {
            Require.that(
                    dense >= 0 && maxLength >= 0,
                    "dense and maxLength must not be negative, got dense=%s, maxLength=%s",
                    dense,
                    maxLength);
            Require.that(
                    !pooling.isEmpty() || dense == 0 && !normalize,
                    "dense and normalize are of new modules: name their pooling as well, such as"
                            + " [mean]");
            if (!pooling.isEmpty()) {
                Pooling.named(pooling);
            }
        }
    }

    /**
     * What is learnt.
     *
     * @param kind the loss
     * @param scale what similarities are multiplied by
     * @param dot whether similarities among negatives are dot products rather than cosines
     * @param distance of triplets
     * @param margin of triplets
     * @param matryoshka the sizes of shorter vectors that are trained too; none for none
     * @param matryoshkaWeights the weights of these sizes; none for 1 each
     * @param cachedRows how many rows the model runs on at a time, while the loss sees the whole
     *     batch; 0 for all
     * @param teacher the sentence model that is distilled
     */
    record Objective(
            Kind kind,
            double scale,
            boolean dot,
            Triplet.Distance distance,
            double margin,
            List<Integer> matryoshka,
            List<Double> matryoshkaWeights,
            int cachedRows,
            String teacher) {

        /** The losses, under the names of sentence-transformers or near them. */
        enum Kind {
            /** An anchor finds its positive among the batch. */
            MULTIPLE_NEGATIVES,
            /** And the positive its anchor. */
            SYMMETRIC_MULTIPLE_NEGATIVES,
            /** The cosine of a pair is its score. */
            COSINE,
            /** Cosines are in the order of the scores. */
            COSENT,
            /** The negative is further than the positive. */
            TRIPLET,
            /** Vectors are those of a teacher. */
            DISTILLATION
        }

        static final Objective DEFAULT =
                new Objective(
                        Kind.MULTIPLE_NEGATIVES,
                        MultipleNegativesRanking.SCALE,
                        false,
                        Triplet.Distance.EUCLIDEAN,
                        5,
                        List.of(),
                        List.of(),
                        0,
                        "");

        Objective {
            Require.that(cachedRows >= 0, "cachedRows must not be negative, got %s", cachedRows);
            Require.that(
                    (kind == Kind.DISTILLATION) != teacher.isEmpty(),
                    "a teacher goes with the loss distillation, got kind=%s, teacher=%s",
                    kind,
                    teacher);
        }

        boolean isAmongNegatives() {
            return kind == Kind.MULTIPLE_NEGATIVES || kind == Kind.SYMMETRIC_MULTIPLE_NEGATIVES;
        }

        boolean needsScores() {
            return kind == Kind.COSINE || kind == Kind.COSENT;
        }

        Loss loss() {
            Loss plain =
                    switch (kind) {
                        case MULTIPLE_NEGATIVES, SYMMETRIC_MULTIPLE_NEGATIVES ->
                                new MultipleNegativesRanking(
                                        scale, kind == Kind.SYMMETRIC_MULTIPLE_NEGATIVES, !dot);
                        case COSINE -> new CosineSimilarity();
                        case COSENT -> new CoSent(scale);
                        case TRIPLET -> new Triplet(distance, margin);
                        case DISTILLATION -> new EmbeddingDistillation();
                    };
            Loss sized =
                    matryoshka.isEmpty()
                            ? plain
                            : new Matryoshka(plain, matryoshka, matryoshkaWeights);
            return cachedRows == 0 ? sized : new GradientCache(sized, cachedRows);
        }
    }

    EmbeddingConfig {
        loss.loss(); // refused here, before anything is written
        Require.that(
                negatives.count() == 0
                        || loss.isAmongNegatives()
                        || loss.kind == Objective.Kind.TRIPLET,
                "negatives.count goes with a loss that has negatives, got loss.kind=%s",
                loss.kind);
        Require.that(
                !loss.needsScores() || !data.train().score().isEmpty() || !data.train().isGiven(),
                "loss.kind=%s needs scores: name data.train.score",
                loss.kind);
    }

    private static final RecordCodec<EmbeddingConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(1)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING)
                            .derived("training.labelSmoothing", "batching.overlong"));

    private static EmbeddingConfig defaults(TrainingConfig training) {
        return new EmbeddingConfig(
                "run",
                1,
                TextsSection.DEFAULT,
                ModelSection.DEFAULT,
                "",
                Sentence.DEFAULT,
                Objective.DEFAULT,
                Negatives.NONE,
                BatchingConfig.builder().build(),
                training.withLabelSmoothing(0));
    }

    static EmbeddingConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }

    BatchingConfig batches() {
        return batching.toBuilder().optSeed(seed).optShuffle(true).build();
    }
}
