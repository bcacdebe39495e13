package org.attn4j.benchmarks;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.translate.Batchifier;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.KernelChoice;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Precision;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.ProjectedStates;
import org.attn4j.models.layer.ProjectingBlock;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.training.AdamOptimizer;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.SequenceTrainer;

/**
 * A training step of an encoder that tells a token for each token: embedding, layers, output
 * projection, cross-entropy and Adam.
 *
 * @param layers their number
 * @param modelSize D; feed-forward blocks are four times as wide
 * @param heads N
 * @param batch B
 * @param length T
 * @param vocabulary V
 * @param dropout of attention weights, and of what each sublayer adds
 */
record TrainMeasurement(
        String name,
        int layers,
        int modelSize,
        int heads,
        int batch,
        int length,
        int vocabulary,
        float dropout) {

    private static final double EPSILON = 1e-5;
    private static final int NO_PADDING = -1;
    private static final int STEPS_AT_ONCE = 5;
    private static final int STEPS_TO_LEARN = 100;

    /** More than dropout alone moves the loss of a small batch. */
    private static final double LEARNED = 0.9;

    /**
     * The contenders. DJL's layer is another one (batch norms, other residuals), of nearly the same
     * arithmetic, so that the losses do not compare; each must fall.
     */
    Measurement of(NDManager manager, TorchPeer torch) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.ours(() -> ours(manager)));
        contenders.add(Contender.other("DJL's blocks", Contender.INCOMPARABLE, () -> djl(manager)));
        contenders.addAll(torch.contender("train", () -> TorchPeer.numbers(this)));
        contenders.addAll(products().bounds(manager));
        return Measurement.of(name, "step", 1, contenders);
    }

    /**
     * The same step with products of bfloat16, beside that in float32. Its bound converts what goes
     * in and comes out, as the kernel does.
     *
     * @return nothing where the processor has no such products
     */
    Optional<Measurement> inBfloat16(NDManager manager) {
        if (!Contender.isHere(manager, Precision.BF16)) {
            return Optional.empty();
        }
        KernelChoice.Dropout drops = Kernels.of(manager).choice().dropout();
        String policy = new KernelChoice(true, KernelChoice.Linear.BF16, drops).toString();
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.ours(UnderKernels.of(policy, () -> ours(manager))));
        contenders.add(
                Contender.other("ours, float32", Contender.INCOMPARABLE, () -> ours(manager)));
        Contender bound = products().linearBound(manager);
        contenders.add(Contender.bound(bound.name(), UnderKernels.of(policy, bound.opener())));
        return Optional.of(Measurement.of(name + ".bf16", "step", 1, contenders));
    }

    private MatrixProducts products() {
        List<MatrixProducts.Linear> linears =
                new ArrayList<>(MatrixProducts.layers(layers, batch * length, modelSize));
        linears.add(new MatrixProducts.Linear(1, batch * length, modelSize, vocabulary));
        return new MatrixProducts(
                linears,
                List.of(
                        new MatrixProducts.Attention(
                                layers, batch * heads, length, modelSize / heads)),
                3);
    }

    /** A step of ours as work. */
    Work ours(NDManager manager) {
        Model model = model(manager);
        model.setBlock(
                new Predictor(
                        new TokenEmbedding(vocabulary, modelSize),
                        TransformerStack.of(layers, index -> layer()),
                        OutputProjection.of(modelSize, vocabulary, true)));
        SequenceTrainer trainer =
                SequenceTrainer.of(
                        model,
                        new LabelSmoothedCrossEntropy(0, NO_PADDING),
                        AdamOptimizer.builder().optDecoupled(false).build(),
                        0,
                        1,
                        manager.getDevice());
        return new Steps(
                model,
                trainer,
                (same, part) -> {
                    trainer.trainBatch(part);
                    trainer.update();
                });
    }

    /** Tells a token for each token. */
    private static final class Predictor extends AbstractBlock implements ProjectingBlock {

        private final TokenEmbedding embedding;
        private final TransformerStack layers;
        private final OutputProjection projection;

        Predictor(TokenEmbedding embedding, TransformerStack layers, OutputProjection projection) {
            this.embedding = addChildBlock("embedding", embedding);
            this.layers = addChildBlock("layers", layers);
            this.projection = addChildBlock("projection", projection);
        }

        @Override
        public Optional<ProjectedStates> beforeProjection(
                ParameterStore parameters, NDList data, boolean training) {
            NDList embedded = embedding.forward(parameters, data, training);
            NDArray states = layers.forward(parameters, embedded, training).head(); // (B, T, D)
            return Optional.of(projection.beside(parameters, states, training));
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore parameters,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray states = beforeProjection(parameters, inputs, training).orElseThrow().states();
            return projection.forward(parameters, new NDList(states), training); // (B, T, V)
        }

        @Override
        protected void initializeChildBlocks(
                NDManager manager, DataType dataType, Shape... inputShapes) {
            embedding.initialize(manager, dataType, inputShapes);
            Shape[] states = embedding.getOutputShapes(inputShapes);
            layers.initialize(manager, dataType, states);
            projection.initialize(manager, dataType, states);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return projection.getOutputShapes(embedding.getOutputShapes(inputShapes));
        }
    }

    private TransformerLayer layer() {
        return new TransformerLayer(
                MultiHeadAttention.builder()
                        .setModelSize(modelSize)
                        .setHeads(heads)
                        .optDropout(dropout)
                        .build(),
                new FeedForward(
                        modelSize, 4 * modelSize, org.attn4j.models.layer.Activation.RELU, 0),
                LayerLayout.of(() -> new LayerNorm(modelSize, EPSILON), NormOrder.POST, dropout));
    }

    private Work djl(NDManager manager) {
        Model model = model(manager);
        SequentialBlock block =
                new SequentialBlock().add(new TokenEmbedding(vocabulary, modelSize));
        for (int i = 0; i < layers; i++) {
            block.add(
                    new TransformerEncoderBlock(
                            modelSize, heads, 4 * modelSize, dropout, Activation::relu));
        }
        block.add(Linear.builder().setUnits(vocabulary).build());
        // On PyTorch DJL's loss takes a row for each label alone.
        block.add(logits -> new NDList(logits.head().reshape(-1, vocabulary))); // (B·T, V)
        model.setBlock(block);
        Trainer trainer =
                model.newTrainer(
                        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                                .optOptimizer(Adam.builder().build())
                                .optDevices(new ai.djl.Device[] {manager.getDevice()}));
        return new Steps(
                model,
                trainer,
                (same, part) -> {
                    EasyTrain.trainBatch(same, part);
                    same.step();
                });
    }

    private static Model model(NDManager manager) {
        return Model.newInstance("bench", manager.getDevice(), manager.getEngine().getEngineName());
    }

    /** Steps of a trainer over a batch that stays the same. */
    private final class Steps implements Work {

        private final Model model;
        private final Trainer trainer;
        private final BiConsumer<Trainer, Batch> step;
        private final long[] ids =
                LongStream.range(0, (long) batch * length).map(i -> i * 31 % vocabulary).toArray();

        Steps(Model model, Trainer trainer, BiConsumer<Trainer, Batch> step) {
            this.model = model;
            this.trainer = trainer;
            this.step = step;
            trainer.initialize(new Shape(batch, length));
        }

        @Override
        public List<float[]> values() {
            double first = loss();
            double last = first;
            for (int steps = 0; !(last < LEARNED * first); steps += STEPS_AT_ONCE) {
                if (steps >= STEPS_TO_LEARN) {
                    throw new IllegalStateException(
                            "the loss of %s does not fall: from %s to %s after %d steps"
                                    .formatted(
                                            trainer.getClass().getSimpleName(),
                                            first,
                                            last,
                                            steps));
                }
                for (int i = 0; i < STEPS_AT_ONCE; i++) {
                    run();
                }
                last = loss();
            }
            return List.of();
        }

        private double loss() {
            try (NDScope scope = new NDScope();
                    Batch part = batch()) {
                scope.suppressNotUsedWarning();
                NDList predictions = trainer.forward(part.getData());
                return trainer.getLoss().evaluate(part.getLabels(), predictions).getFloat();
            }
        }

        @Override
        public void run() {
            try (Batch part = batch()) {
                step.accept(trainer, part);
            }
        }

        private Batch batch() {
            NDManager own = trainer.getManager().newSubManager();
            NDList data = new NDList(HostArrays.of(own, ids, new Shape(batch, length))); // (B, T)
            NDList labels = new NDList(HostArrays.of(own, ids, new Shape(ids.length))); // (B·T)
            return new Batch(own, data, labels, batch, Batchifier.STACK, Batchifier.STACK, 0, 0);
        }

        @Override
        public void close() {
            trainer.close();
            model.close();
        }
    }
}
