package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.ops.AttentionKernel;

/**
 * Multi-head self-attention as a block: projections, attention, projection.
 *
 * @param name of the measurement
 * @param batch B
 * @param length T
 * @param modelSize D
 * @param heads N
 * @param backward whether a backward pass follows
 */
record AttentionMeasurement(
        String name, int batch, int length, int modelSize, int heads, boolean backward) {

    private static final List<String> PROJECTIONS =
            List.of("query_proj", "key_proj", "value_proj", "output_proj");

    Measurement of(NDManager manager, TorchPeer torch) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.ours(() -> work(manager, ours(null))));
        contenders.add(
                Contender.other(
                        "ours, reference kernel",
                        Contender.ROUNDING,
                        () -> work(manager, ours(new AttentionKernel.Reference()))));
        contenders.add(
                Contender.other("DJL's block", Contender.ROUNDING, () -> work(manager, djl())));
        contenders.addAll(torch.contender("attention", () -> TorchPeer.numbers(this)));
        contenders.addAll(products().bounds(manager));
        return Measurement.of(name, "pass", 1, contenders);
    }

    private MatrixProducts products() {
        return new MatrixProducts(
                List.of(new MatrixProducts.Linear(4, batch * length, modelSize, modelSize)),
                List.of(new MatrixProducts.Attention(1, batch * heads, length, modelSize / heads)),
                backward ? 3 : 1);
    }

    private Block ours(AttentionKernel kernel) {
        Block block =
                MultiHeadAttention.builder()
                        .setModelSize(modelSize)
                        .setHeads(heads)
                        .optKernel(kernel)
                        .build();
        block.getChildren()
                .forEach(
                        child -> {
                            for (int i = 0; i < PROJECTIONS.size(); i++) {
                                if (child.getKey().endsWith(PROJECTIONS.get(i))) {
                                    seed(child.getValue(), i);
                                }
                            }
                        });
        return block;
    }

    private Block djl() {
        ScaledDotProductAttentionBlock block =
                ScaledDotProductAttentionBlock.builder()
                        .setEmbeddingSize(modelSize)
                        .setHeadCount(heads)
                        .optAttentionProbsDropoutProb(0)
                        .build();
        seed(block.getQueryProjection(), 0);
        seed(block.getKeyProjection(), 1);
        seed(block.getValueProjection(), 2);
        seed(block.getResultProjection(), 3);
        return block;
    }

    private static void seed(Block projection, int number) {
        projection.setInitializer(EngineWork.weights(10 + number), Parameter.Type.WEIGHT);
    }

    private Work work(NDManager parent, Block block) {
        return new EngineWork(parent) {

            private final Shape shape = new Shape(batch, length, modelSize);
            private final NDArray x = normal(manager(), 1, 1, shape);
            private final NDArray direction = normal(manager(), 2, 1, shape); // of the gradient
            private final ParameterStore parameters = new ParameterStore(manager(), false);

            {
                block.initialize(manager(), DataType.FLOAT32, shape);
                block.freezeParameters(!backward);
                x.setRequiresGradient(backward);
            }

            @Override
            NDArray compute() {
                if (!backward) {
                    return block.forward(parameters, new NDList(x), false).head();
                }
                try (GradientCollector collector = manager().getEngine().newGradientCollector()) {
                    NDArray y = block.forward(parameters, new NDList(x), true).head();
                    collector.backward(y.mul(direction).sum());
                    return y;
                }
            }

            @Override
            public List<float[]> values() throws Exception {
                List<float[]> values = new ArrayList<>(super.values());
                if (backward) {
                    try (NDArray gradient = x.getGradient()) {
                        values.add(gradient.toFloatArray());
                    }
                }
                return values;
            }

            @Override
            public void close() {
                block.clear();
                super.close();
            }
        };
    }
}
